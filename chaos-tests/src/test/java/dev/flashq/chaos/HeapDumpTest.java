package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node keeps no token as it is for longer than a request needs it; but the environment of its
 * process is there to its end.
 */
@NeedsPrograms("jcmd -l")
class HeapDumpTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final String ENVIRONMENT = "token of the environment";
  private static final List<Charset> CHARSETS = List.of(UTF_8, UTF_16BE, UTF_16LE);
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final int WINDOW = 16 << 20;

  /** More than any of the texts has bytes. */
  private static final int OVERLAP = 1 << 10;

  @TempDir Path folder;

  private final Map<String, String> tokens =
      new TreeMap<>(
          Map.of(
              ENVIRONMENT,
              PlantedSecrets.ADMIN,
              "token of a file",
              PlantedSecrets.FILED,
              "token of the permissions file",
              PlantedSecrets.PERMITTED,
              "wrong token",
              PlantedSecrets.WRONG));

  private LocalCluster cluster;

  @BeforeEach
  void start() throws IOException {
    Files.writeString(folder.resolve("tokens"), PlantedSecrets.FILED);
    Files.writeString(
        folder.resolve("permissions"),
        "[{\"token\":\""
            + PlantedSecrets.PERMITTED
            + "\",\"queues\":[\"mail\"],\"operations\":[\"push\"]}]");
    var settings = new TreeMap<String, String>();
    settings.put("FLASHQ_AUTH_TOKENS", "admin:" + PlantedSecrets.ADMIN);
    settings.put("AUTH_TOKENS_FILE", folder.resolve("tokens").toString());
    settings.put("AUTH_PERMISSIONS_FILE", folder.resolve("permissions").toString());
    settings.put("FLASHQ_LOG_LEVEL", "warn");
    cluster =
        LocalCluster.plan(
                new LocalCluster.Plan(1, folder.resolve("nodes"), 0, BuiltNode.command(), settings)
                    .withToken(Optional.of(PlantedSecrets.ADMIN)))
            .start()
            .awaitReady(START);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void noTokenOutlivesItsRequest() throws Exception {
    LocalNode node = cluster.nodes().getFirst();
    try (SecretTalk talk = new SecretTalk()) {
      useText(node, PlantedSecrets.FILED);
      useBinary(node);
      for (String token : List.of(PlantedSecrets.PERMITTED, PlantedSecrets.WRONG)) {
        talk.http(node, "POST", "/queues/mail/jobs", "{'data':1}", "Bearer " + token);
      }
      makeTokens(node, talk);
    }

    await()
        .atMost(START)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(found(dump(node))).containsOnly(ENVIRONMENT));
  }

  private static void useText(LocalNode node, String token) throws IOException {
    try (Socket socket = SecretTalk.plain(node);
        BufferedReader in = SecretTalk.reader(socket)) {
      SecretTalk.login(socket, in, token);
      SecretTalk.ask(socket, in, "{'cmd':'PUSH','queue':'mail','data':1}");
    }
  }

  private static void useBinary(LocalNode node) throws IOException {
    try (Socket socket = SecretTalk.plain(node)) {
      for (String token : List.of(PlantedSecrets.WRONG, PlantedSecrets.FILED)) {
        SecretTalk.askBinary(socket, "{'cmd':'AUTH','token':'" + token + "'}");
      }
    }
  }

  private void makeTokens(LocalNode node, SecretTalk talk) throws Exception {
    String admin = "Bearer " + PlantedSecrets.ADMIN;
    talk.http(node, "PUT", "/security/roles/r", "{'queues':['*'],'operations':['push']}", admin);
    String make = "{'name':'m','roles':['r']}";
    tokens.put("made token", shown(talk.http(node, "POST", "/security/tokens", make, admin)));
    String rotate = "/security/tokens/m/rotate";
    tokens.put("rotated token", shown(talk.http(node, "POST", rotate, "{}", admin)));
    for (String name : List.of("made token", "rotated token")) {
      useText(node, Objects.requireNonNull(tokens.get(name)));
    }
  }

  private static String shown(String answer) {
    Matcher token = TOKEN.matcher(answer);
    assertThat(token.find()).as(answer).isTrue();
    return token.group(1);
  }

  /** What is reachable, after a collection. */
  private Path dump(LocalNode node) throws IOException {
    Path dump = folder.resolve("heap.hprof");
    Files.deleteIfExists(dump);
    Program.run("jcmd", Long.toString(node.pid()), "GC.heap_dump", dump.toString()).checked();
    return dump;
  }

  private Set<String> found(Path dump) {
    var found = new TreeSet<String>();
    try (InputStream in = Files.newInputStream(dump)) {
      byte[] window = new byte[WINDOW];
      int kept = 0;
      for (int read = in.readNBytes(window, 0, WINDOW); read > 0; ) {
        String text = new String(window, 0, kept + read, ISO_8859_1);
        tokens.forEach(
            (what, token) -> {
              if (CHARSETS.stream().anyMatch(charset -> holds(text, token, charset))) {
                found.add(what);
              }
            });
        int end = kept + read;
        kept = Math.min(OVERLAP, end);
        System.arraycopy(window, end - kept, window, 0, kept);
        read = in.readNBytes(window, kept, WINDOW - kept);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static boolean holds(String text, String token, Charset charset) {
    return text.contains(new String(token.getBytes(charset), ISO_8859_1));
  }
}
