package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Everything that a node has for clients, used with secrets in all places where they belong. */
final class SecretUse {
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final Pattern JOB = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern LEASE = Pattern.compile("\"lease\":(\\d+)");

  private final SecretTalk talk;
  private final PlantedSecrets secrets;
  private final SSLContext trust;

  SecretUse(SecretTalk talk, PlantedSecrets secrets, SSLContext trust) {
    this.talk = talk;
    this.secrets = secrets;
    this.trust = trust;
  }

  void useAll(LocalNode node) throws Exception {
    useText(node, SecretTalk.plain(node), PlantedSecrets.ADMIN);
    useText(node, SecretTalk.encrypted(node, trust), PlantedSecrets.LISTED);
    useBinary(node);
    useHttp(node);
  }

  /** The life of two jobs, of which one fails, with every text that a job may have. */
  private void useText(LocalNode node, Socket connected, String token) throws IOException {
    try (Socket socket = connected;
        BufferedReader in = SecretTalk.reader(socket)) {
      SecretTalk.login(socket, in, token);
      String queue = "mail-" + node.id();
      for (String end : List.of("ACK", "FAIL")) {
        String pushed =
            SecretTalk.ask(
                socket,
                in,
                "{'cmd':'PUSH','queue':'"
                    + queue
                    + "','data':'"
                    + PlantedSecrets.DATA
                    + "','max_attempts':1}");
        String id = SecretTalk.found(JOB, pushed);
        String pulled =
            SecretTalk.ask(socket, in, "{'cmd':'PULL','queue':'" + queue + "','timeout':5000}");
        assertThat(pulled).as("who asks for a job gets it").contains(PlantedSecrets.DATA);
        String held = "'id':" + id + ",'lease':" + SecretTalk.found(LEASE, pulled);
        SecretTalk.ask(
            socket,
            in,
            "{'cmd':'PROGRESS',"
                + held
                + ",'progress':5,'message':'"
                + PlantedSecrets.MESSAGE
                + "'}");
        String text =
            end.equals("ACK")
                ? ",'result':'" + PlantedSecrets.RESULT
                : ",'error':'" + PlantedSecrets.ERROR;
        String ended = SecretTalk.ask(socket, in, "{'cmd':'" + end + "'," + held + text + "'}");
        assertThat(ended).contains("\"ok\":true");
        secrets.note(
            node,
            "again " + end,
            SecretTalk.ask(socket, in, "{'cmd':'" + end + "'," + held + text + "'}"));
        assertThat(SecretTalk.ask(socket, in, "{'cmd':'GETJOB','id':" + id + "}"))
            .contains(PlantedSecrets.DATA);
      }
    }
  }

  private void useBinary(LocalNode node) throws IOException {
    try (Socket socket = SecretTalk.plain(node)) {
      for (String request :
          List.of(
              "{'cmd':'AUTH','token':'" + PlantedSecrets.WRONG + "'}",
              "{'cmd':'AUTH','token':'" + PlantedSecrets.FILED + "'}",
              "{'cmd':'AUTH','token':'" + PlantedSecrets.FILED + "'}",
              "{'cmd':'PUSH','queue':'mail','data':'" + PlantedSecrets.DATA + "'}",
              "{'cmd':'PUSH','queue':'a/b','data':'" + PlantedSecrets.DATA + "'}")) {
        secrets.note(
            node, "MessagePack " + request.hashCode(), SecretTalk.askBinary(socket, request));
      }
    }
  }

  private void useHttp(LocalNode node) throws Exception {
    String bearer = "Bearer " + PlantedSecrets.PERMITTED;
    String push = "{'data':'" + PlantedSecrets.DATA + "'}";
    await()
        .atMost(SecretTalk.SOON)
        .until(
            () ->
                talk.http(node, "POST", "/queues/mail/jobs", push, bearer).contains("\"ok\":true"));
    secrets.note(node, "forbidden push", talk.http(node, "POST", "/queues/pay/jobs", push, bearer));
    secrets.note(node, "forbidden pull", talk.http(node, "GET", "/queues/mail/jobs", "", bearer));
    secrets.note(
        node,
        "wrong bearer",
        talk.http(node, "GET", "/stats", "", "Bearer " + PlantedSecrets.WRONG));
    secrets.note(
        node, "no bearer", talk.http(node, "GET", "/stats", "", "Basic " + PlantedSecrets.WRONG));
    secrets.note(
        node,
        "token in the path",
        talk.http(node, "GET", "/stats?token=" + PlantedSecrets.WRONG, "", "Basic x"));
    secrets.note(
        node, "no such path", talk.http(node, "GET", "/" + PlantedSecrets.WRONG, "", bearer));
    secrets.note(
        node,
        "half a job",
        talk.http(node, "POST", "/queues/mail/jobs", "{'data':'" + PlantedSecrets.DATA, bearer));
    try (HttpClient tls = HttpClient.newBuilder().sslContext(trust).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + node.httpPort() + "/stats"))
              .header("Authorization", "Bearer " + PlantedSecrets.ADMIN)
              .build();
      secrets.note(node, "stats by TLS", tls.send(request, BodyHandlers.ofString()).body());
    }
  }

  /** A token is shown to whoever makes it, and never again. */
  void makeTokens(LocalNode node) throws Exception {
    String admin = "Bearer " + PlantedSecrets.ADMIN;
    talk.http(node, "PUT", "/security/roles/r", "{'queues':['*'],'operations':['push']}", admin);
    String made = talk.http(node, "POST", "/security/tokens", "{'name':'m','roles':['r']}", admin);
    String rotated = talk.http(node, "POST", "/security/tokens/m/rotate", "{}", admin);
    secrets.plant("made token", SecretTalk.found(TOKEN, made));
    secrets.plant("rotated token", SecretTalk.found(TOKEN, rotated));
    for (String name : List.of("made token", "rotated token")) {
      try (Socket socket = SecretTalk.plain(node);
          BufferedReader in = SecretTalk.reader(socket)) {
        SecretTalk.login(socket, in, secrets.planted(name));
        secrets.note(node, name + " refused", SecretTalk.ask(socket, in, "{'cmd':'TOKENLIST'}"));
      }
    }
    secrets.note(
        node,
        "again",
        talk.http(node, "POST", "/security/tokens", "{'name':'m','roles':[]}", admin));
  }
}
