package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;

/** Everything that a node shows: pages, answers, the audit trail, and what tools see of it. */
final class SecretLook {
  private final SecretTalk talk;
  private final PlantedSecrets secrets;

  SecretLook(SecretTalk talk, PlantedSecrets secrets) {
    this.talk = talk;
    this.secrets = secrets;
  }

  void look(LocalNode node, int opsPort) {
    try {
      lookAtOps(node, opsPort);
      for (String path :
          List.of(
              "/metrics",
              "/metrics/prometheus",
              "/health",
              "/health/live",
              "/health/ready",
              "/cluster",
              "/stats",
              "/queues",
              "/security/tokens",
              "/security/roles",
              "/security/quotas",
              "/security/access?op=push&queue=mail",
              "/security/audit?limit=1000",
              "/security/audit/blocks?limit=1000",
              "/security/audit-policy",
              "/jobs?queue=audit:logs&limit=1000")) {
        secrets.note(
            node, path, talk.http(node, "GET", path, "", "Bearer " + PlantedSecrets.ADMIN));
      }
      try (Socket socket = SecretTalk.plain(node);
          BufferedReader in = SecretTalk.reader(socket)) {
        SecretTalk.login(socket, in, PlantedSecrets.ADMIN);
        for (String cmd :
            List.of("STATS", "METRICS", "LISTQUEUES", "TOKENLIST", "ROLELIST", "QUOTALIST")) {
          secrets.note(node, cmd, SecretTalk.ask(socket, in, "{'cmd':'" + cmd + "'}"));
        }
        secrets.note(node, "AUDIT", SecretTalk.ask(socket, in, "{'cmd':'AUDIT','limit':1000}"));
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    secrets.note(node, "export", audit(node, "export"));
    secrets.note(node, "verify", audit(node, "verify"));
    for (String what :
        List.of("Thread.print", "VM.command_line", "VM.system_properties", "VM.info")) {
      secrets.note(node, what, Program.run("jcmd", Long.toString(node.pid()), what).checked());
    }
  }

  /** The listener for monitoring: all its pages, and what it has not, asked with tokens as well. */
  private void lookAtOps(LocalNode node, int port) throws IOException, InterruptedException {
    String bearer = "Bearer " + PlantedSecrets.ADMIN;
    for (String path :
        List.of("/health", "/health/live", "/health/ready", "/metrics/prometheus", "/cluster")) {
      secrets.note(node, "ops " + path, talk.http(port, "GET", path, "", bearer));
    }
    for (String path : List.of("/security/tokens", "/" + PlantedSecrets.WRONG)) {
      String answer = talk.http(port, "GET", path, "", "Bearer " + PlantedSecrets.WRONG);
      secrets.note(node, "ops " + path.hashCode(), answer);
    }
    String push = "{'data':'" + PlantedSecrets.DATA + "'}";
    secrets.note(node, "ops push", talk.http(port, "POST", "/queues/mail/jobs", push, bearer));
  }

  private static String audit(LocalNode node, String what) {
    var environment = new TreeMap<>(BuiltNode.AS_BUILT);
    environment.put("FLASHQ_TOKEN", PlantedSecrets.ADMIN);
    String address = "http://127.0.0.1:" + node.httpPort();
    return Program.run(environment, List.of("./flashq", "audit", what, "--node", address))
        .checked();
  }

  void crash(LocalNode node, Path folder) throws IOException {
    Path report = folder.resolve("crash-" + node.pid() + ".txt");
    Program.run("kill", "-SEGV", Long.toString(node.pid())).checked();
    await().atMost(SecretTalk.SOON).until(() -> !node.isAlive());
    assertThat(report).exists();
    secrets.note(node, "crash report", Files.readString(report, ISO_8859_1));
  }
}
