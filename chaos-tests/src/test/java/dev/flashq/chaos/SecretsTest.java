package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalCluster;
import dev.flashq.launcher.LocalNode;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.statemachine.engine.RocksEngine;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Known secrets go into three real nodes by every way there is, right and wrong; then everything
 * that the nodes say, write and show is searched for them.
 */
@NeedsPrograms({"openssl version", "jcmd -l"})
class SecretsTest {
  private static final Duration START = Duration.ofSeconds(120);
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final String ADMIN = "planted-Kq3vZ8-admin";
  private static final String LISTED = "planted-Wm5xR2-plain";
  private static final String FILED = "planted-Ty7nB4-file";
  private static final String PERMITTED = "planted-Jd9cL6-permitted";
  private static final String WRONG = "planted-Hs2gF8-wrong";
  private static final String BROKEN_FILE = "planted-Ue4kP1-broken";
  private static final String PASSPHRASE = "planted-Xz6mQ3-passphrase";

  private static final String DATA = "planted-Va1tC5-data";
  private static final String RESULT = "planted-Ni8hD7-result";
  private static final String ERROR = "planted-Ob3fG9-error";
  private static final String MESSAGE = "planted-Lr6wS4-progress";

  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final Pattern JOB = Pattern.compile("\"id\":(\\d+)");
  private static final Pattern LEASE = Pattern.compile("\"lease\":(\\d+)");
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]{24,}={0,2}");

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /** What must not be seen anywhere, and what only those may see who ask for a job. */
  private final Map<String, String> secrets = new TreeMap<>();

  private final Map<String, String> payloads =
      new TreeMap<>(Map.of("data", DATA, "result", RESULT, "error", ERROR, "message", MESSAGE));

  /** What was seen where. */
  private final Map<String, String> seen = new TreeMap<>();

  private @Nullable LocalCluster started;
  private @Nullable SSLContext trust;

  @BeforeEach
  void start() throws Exception {
    secrets.putAll(
        Map.of(
            "admin's token", ADMIN,
            "token of a list", LISTED,
            "token of a file", FILED,
            "token of the permissions file", PERMITTED,
            "wrong token", WRONG,
            "token of a broken file", BROKEN_FILE,
            "passphrase", PASSPHRASE));
    Files.writeString(folder.resolve("tokens"), FILED);
    permissions(
        "[{\"name\":\"web\",\"token\":\""
            + PERMITTED
            + "\",\"queues\":[\"mail\"],"
            + "\"operations\":[\"push\",\"getJob\"]}]");
    makeKey();
    var command = new ArrayList<>(BuiltNode.command());
    command.add(1, "-XX:ErrorFile=" + folder.resolve("crash-%p.txt"));
    command.add(1, "-XX:-CreateCoredumpOnCrash");
    var settings = new TreeMap<String, String>();
    settings.put("FLASHQ_AUTH_TOKENS", "admin:" + ADMIN);
    settings.put("AUTH_TOKENS", LISTED);
    settings.put("AUTH_TOKENS_FILE", folder.resolve("tokens").toString());
    settings.put("AUTH_PERMISSIONS_FILE", folder.resolve("permissions").toString());
    settings.put("FLASHQ_TCP_TLS", "optional");
    settings.put("FLASHQ_HTTP_TLS", "optional");
    settings.put("FLASHQ_TLS_CERTIFICATE", folder.resolve("flashq.pem").toString());
    settings.put("FLASHQ_TLS_KEY", folder.resolve("encrypted-key.pem").toString());
    settings.put("FLASHQ_TLS_KEY_PASSPHRASE_FILE", folder.resolve("passphrase").toString());
    settings.put("FLASHQ_LOG_LEVEL", "debug");
    started =
        LocalCluster.plan(
                new LocalCluster.Plan(3, folder.resolve("nodes"), 0, command, settings)
                    .withToken(Optional.of(ADMIN)))
            .start()
            .awaitReady(START);
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
    http.close();
  }

  private LocalCluster cluster() {
    return Objects.requireNonNull(started);
  }

  private void makeKey() throws Exception {
    String pki = folder.resolve("pki").toString();
    flashq("certs", "ca", "--out", pki);
    flashq(
        "certs",
        "server",
        "--ca",
        pki,
        "--name",
        "flashq",
        "--host",
        "127.0.0.1",
        "--out",
        folder.toString());
    Path passphrase = Files.writeString(folder.resolve("passphrase"), PASSPHRASE);
    Path key = folder.resolve("flashq-key.pem");
    Program.run(
            "openssl",
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-in",
            key.toString(),
            "-out",
            folder.resolve("encrypted-key.pem").toString(),
            "-passout",
            "file:" + passphrase)
        .checked();
    secrets.put("private key", Files.readAllLines(key).get(1));
    Files.delete(key);
    trust = Trust.in(folder.resolve("pki/ca.pem"));
  }

  private static void flashq(String... arguments) {
    var command = new ArrayList<>(List.of("./flashq"));
    command.addAll(List.of(arguments));
    Program.run(BuiltNode.AS_BUILT, command).checked();
  }

  private void permissions(String text) throws IOException {
    Path next = Files.writeString(folder.resolve("permissions.next"), text);
    Files.move(
        next,
        folder.resolve("permissions"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void noSecretComesOutAnywhere() throws Exception {
    for (LocalNode node : cluster().nodes()) {
      useText(node, plain(node), ADMIN);
      useText(node, encrypted(node), LISTED);
      useBinary(node);
      useHttp(node);
      provoke(node);
      provokePeerPort(node);
    }
    makeTokens(cluster().nodes().getFirst());
    breakAFile();
    cluster().nodes().forEach(this::look);
    crash(cluster().nodes().getLast());
    cluster().nodes().forEach(LocalNode::stop);
    secrets.put("access key", HexFormat.of().formatHex(accessKey()));
    for (LocalNode node : cluster().nodes()) {
      seen.put("output of " + node.id(), Files.readString(node.output(), ISO_8859_1));
    }
    requireThatThereWasSomethingToFind();
    seen.forEach(this::requireNone);
    searchData();
  }

  // What is used.

  private Socket plain(LocalNode node) throws IOException {
    Socket socket = new Socket("127.0.0.1", node.tcpPort());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private Socket encrypted(LocalNode node) throws IOException {
    Socket socket =
        Objects.requireNonNull(trust).getSocketFactory().createSocket("127.0.0.1", node.tcpPort());
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
  }

  private static String ask(Socket socket, BufferedReader in, String request) throws IOException {
    socket.getOutputStream().write((request.replace('\'', '"') + "\n").getBytes(UTF_8));
    return String.valueOf(in.readLine());
  }

  /** The life of two jobs, of which one fails, with every text that a job may have. */
  private void useText(LocalNode node, Socket connected, String token) throws IOException {
    try (Socket socket = connected;
        BufferedReader in = reader(socket)) {
      login(socket, in, token);
      String queue = "mail-" + node.id();
      for (String end : List.of("ACK", "FAIL")) {
        String pushed =
            ask(
                socket,
                in,
                "{'cmd':'PUSH','queue':'" + queue + "','data':'" + DATA + "','max_attempts':1}");
        String id = found(JOB, pushed);
        String pulled = ask(socket, in, "{'cmd':'PULL','queue':'" + queue + "','timeout':5000}");
        assertThat(pulled).as("who asks for a job gets it").contains(DATA);
        String held = "'id':" + id + ",'lease':" + found(LEASE, pulled);
        ask(socket, in, "{'cmd':'PROGRESS'," + held + ",'progress':5,'message':'" + MESSAGE + "'}");
        String text = end.equals("ACK") ? ",'result':'" + RESULT : ",'error':'" + ERROR;
        String ended = ask(socket, in, "{'cmd':'" + end + "'," + held + text + "'}");
        assertThat(ended).contains("\"ok\":true");
        note(node, "again " + end, ask(socket, in, "{'cmd':'" + end + "'," + held + text + "'}"));
        assertThat(ask(socket, in, "{'cmd':'GETJOB','id':" + id + "}")).contains(DATA);
      }
    }
  }

  private static void login(Socket socket, BufferedReader in, String token) {
    await()
        .atMost(SOON)
        .until(
            () ->
                ask(socket, in, "{'cmd':'AUTH','token':'" + token + "'}").contains("\"ok\":true"));
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return matcher.group(1);
  }

  private void useBinary(LocalNode node) throws IOException {
    try (Socket socket = plain(node)) {
      for (String request :
          List.of(
              "{'cmd':'AUTH','token':'" + WRONG + "'}",
              "{'cmd':'AUTH','token':'" + FILED + "'}",
              "{'cmd':'AUTH','token':'" + FILED + "'}",
              "{'cmd':'PUSH','queue':'mail','data':'" + DATA + "'}",
              "{'cmd':'PUSH','queue':'a/b','data':'" + DATA + "'}")) {
        note(node, "MessagePack " + request.hashCode(), askBinary(socket, request));
      }
    }
  }

  private static String askBinary(Socket socket, String request) throws IOException {
    byte[] json = request.replace('\'', '"').getBytes(UTF_8);
    var packed = new MessagePackWriter();
    Transcode.jsonToMessagePack(json, 0, json.length, packed);
    byte[] body = packed.toByteArray();
    var out = new DataOutputStream(socket.getOutputStream());
    out.writeInt(body.length);
    out.write(body);
    var in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    var text = new JsonWriter();
    Transcode.messagePackToJson(answer, 0, answer.length, text);
    return new String(text.toByteArray(), UTF_8);
  }

  private String http(LocalNode node, String method, String path, String body, String authorization)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
            .header("Authorization", authorization)
            .method(method, BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(SOON)
            .build();
    return http.send(request, BodyHandlers.ofString()).body();
  }

  private void useHttp(LocalNode node) throws Exception {
    String bearer = "Bearer " + PERMITTED;
    String push = "{'data':'" + DATA + "'}";
    await()
        .atMost(SOON)
        .until(() -> http(node, "POST", "/queues/mail/jobs", push, bearer).contains("\"ok\":true"));
    note(node, "forbidden push", http(node, "POST", "/queues/pay/jobs", push, bearer));
    note(node, "forbidden pull", http(node, "GET", "/queues/mail/jobs", "", bearer));
    note(node, "wrong bearer", http(node, "GET", "/stats", "", "Bearer " + WRONG));
    note(node, "no bearer", http(node, "GET", "/stats", "", "Basic " + WRONG));
    note(node, "token in the path", http(node, "GET", "/stats?token=" + WRONG, "", "Basic x"));
    note(node, "no such path", http(node, "GET", "/" + WRONG, "", bearer));
    note(node, "half a job", http(node, "POST", "/queues/mail/jobs", "{'data':'" + DATA, bearer));
    try (HttpClient tls =
        HttpClient.newBuilder().sslContext(Objects.requireNonNull(trust)).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + node.httpPort() + "/stats"))
              .header("Authorization", "Bearer " + ADMIN)
              .build();
      note(node, "stats by TLS", tls.send(request, BodyHandlers.ofString()).body());
    }
  }

  // What goes wrong.

  private void provoke(LocalNode node) throws IOException {
    String auth = "{\"cmd\":\"AUTH\",\"token\":\"" + WRONG + "\"";
    for (String sent :
        List.of(
            auth + "}\n",
            auth + "\n",
            auth + ",\"x\":{]}\n",
            auth + ",\"token\":\"" + ADMIN + "\",}\n",
            "{\"cmd\":\"AUTH\",\"token\":[\"" + WRONG + "\"]}\n",
            "{\"cmd\":\"AUTH\",\"token\":\"" + (WRONG + " ").repeat(1_000) + "\"}\n",
            "{\"cmd\":\"PUSH\",\"queue\":\"mail\",\"data\":\"" + DATA + "\"}\n",
            WRONG + "\n",
            "\u0016\u0003\u0001" + auth + WRONG.repeat(10) + "\n",
            "\0\0\0\u0040" + auth + "}" + WRONG + WRONG)) {
      try (Socket socket = plain(node)) {
        socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
        note(node, "answer to " + sent.hashCode(), rest(socket));
      }
    }
    for (String sent :
        List.of(
            WRONG + "\r\n\r\n",
            "GET /stats HTTP/9.9 " + WRONG + "\r\n\r\n",
            "GET /stats HTTP/1.1\r\nAuthorization: Bearer " + WRONG + "\u0001\r\n\r\n",
            "GET /stats HTTP/1.1\r\nAuthorization " + WRONG + "\r\n\r\n",
            "\u0016\u0003\u0001 GET /stats HTTP/1.1\r\nAuthorization: Bearer " + WRONG)) {
      try (Socket socket = new Socket("127.0.0.1", node.httpPort())) {
        socket.setSoTimeout(1_000);
        socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
        note(node, "HTTP answer to " + sent.hashCode(), rest(socket));
      }
    }
  }

  /** A client that was given the wrong port. */
  private void provokePeerPort(LocalNode node) throws IOException {
    String members =
        Stream.of(Files.readString(Path.of("/proc/" + node.pid() + "/environ")).split("\0"))
            .filter(variable -> variable.startsWith("FLASHQ_CLUSTER_MEMBERS="))
            .findFirst()
            .orElseThrow();
    String port = found(Pattern.compile(node.id() + "@127\\.0\\.0\\.1:(\\d+)/"), members);
    try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(port))) {
      String sent = "{\"cmd\":\"AUTH\",\"token\":\"" + WRONG + "\"}\n";
      socket.getOutputStream().write(sent.getBytes(UTF_8));
      note(node, "answer of the peer port", rest(socket));
    }
  }

  /** What comes until the node closes the connection, or says nothing more. */
  private static String rest(Socket socket) throws IOException {
    socket.setSoTimeout(1_500);
    socket.shutdownOutput();
    var text = new StringBuilder();
    try {
      for (int next = socket.getInputStream().read(); next >= 0; ) {
        text.append((char) next);
        next = socket.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      text.append(" and nothing more");
    } catch (IOException e) {
      text.append(" and ").append(e.getMessage());
    }
    return text.toString();
  }

  /** A token is shown to whoever makes it, and never again. */
  private void makeTokens(LocalNode node) throws Exception {
    String admin = "Bearer " + ADMIN;
    http(node, "PUT", "/security/roles/r", "{'queues':['*'],'operations':['push']}", admin);
    String made = http(node, "POST", "/security/tokens", "{'name':'m','roles':['r']}", admin);
    String rotated = http(node, "POST", "/security/tokens/m/rotate", "{}", admin);
    secrets.put("made token", found(TOKEN, made));
    secrets.put("rotated token", found(TOKEN, rotated));
    for (String name : List.of("made token", "rotated token")) {
      try (Socket socket = plain(node);
          BufferedReader in = reader(socket)) {
        login(socket, in, Objects.requireNonNull(secrets.get(name)));
        note(node, name + " refused", ask(socket, in, "{'cmd':'TOKENLIST'}"));
      }
    }
    note(node, "again", http(node, "POST", "/security/tokens", "{'name':'m','roles':[]}", admin));
  }

  private void breakAFile() throws Exception {
    String good = Files.readString(folder.resolve("permissions"));
    for (String broken :
        List.of(
            "[{\"token\":\"" + BROKEN_FILE + "\" \"queues\":[]}]",
            "[{\"" + BROKEN_FILE + "\":{\"queues\":[\"mail\"],\"operations\":[\"push\"]}}]")) {
      long before = complaints();
      permissions(broken);
      await().atMost(SOON).until(() -> complaints() > before);
    }
    permissions(good);
  }

  private long complaints() throws IOException {
    return Files.readString(cluster().nodes().getFirst().output())
        .lines()
        .filter(line -> line.contains("cannot be used"))
        .count();
  }

  // What is looked at.

  private void note(LocalNode node, String what, String text) {
    seen.put(node.id() + ": " + what, text);
  }

  private void look(LocalNode node) {
    try {
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
              "/security/access?op=push&queue=mail",
              "/security/audit?limit=1000",
              "/security/audit/blocks?limit=1000",
              "/security/audit-policy",
              "/jobs?queue=audit:logs&limit=1000")) {
        note(node, path, http(node, "GET", path, "", "Bearer " + ADMIN));
      }
      try (Socket socket = plain(node);
          BufferedReader in = reader(socket)) {
        login(socket, in, ADMIN);
        for (String cmd : List.of("STATS", "METRICS", "LISTQUEUES", "TOKENLIST", "ROLELIST")) {
          note(node, cmd, ask(socket, in, "{'cmd':'" + cmd + "'}"));
        }
        note(node, "AUDIT", ask(socket, in, "{'cmd':'AUDIT','limit':1000}"));
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
    note(node, "export", audit(node, "export"));
    note(node, "verify", audit(node, "verify"));
    for (String what :
        List.of("Thread.print", "VM.command_line", "VM.system_properties", "VM.info")) {
      note(node, what, Program.run("jcmd", Long.toString(node.pid()), what).checked());
    }
  }

  private static String audit(LocalNode node, String what) {
    var environment = new TreeMap<>(BuiltNode.AS_BUILT);
    environment.put("FLASHQ_TOKEN", ADMIN);
    String address = "http://127.0.0.1:" + node.httpPort();
    return Program.run(environment, List.of("./flashq", "audit", what, "--node", address))
        .checked();
  }

  private void crash(LocalNode node) throws IOException {
    Path report = folder.resolve("crash-" + node.pid() + ".txt");
    Program.run("kill", "-SEGV", Long.toString(node.pid())).checked();
    await().atMost(SOON).until(() -> !node.isAlive());
    assertThat(report).exists();
    note(node, "crash report", Files.readString(report, ISO_8859_1));
  }

  private byte[] accessKey() throws IOException {
    String node = cluster().nodes().getFirst().id();
    try (Stream<Path> files = Files.walk(folder.resolve("nodes").resolve(node))) {
      Path checkpoint =
          files
              .filter(Files::isDirectory)
              .filter(path -> path.getFileName().toString().startsWith("snapshot."))
              .findFirst()
              .orElseThrow();
      try (RocksEngine engine = new RocksEngine(checkpoint, node, 0)) {
        return Objects.requireNonNull(engine.access().key()).toByteArray();
      }
    }
  }

  private void requireThatThereWasSomethingToFind() {
    for (LocalNode node : cluster().nodes()) {
      String queue = "mail-" + node.id();
      assertThat(seen.get(node.id() + ": /security/audit?limit=1000")).contains(queue);
      assertThat(decoded(Objects.requireNonNull(seen.get(node.id() + ": export")))).contains(queue);
      assertThat(seen.get(node.id() + ": Thread.print")).contains("at dev.flashq.");
      assertThat(seen.get("output of " + node.id())).contains("DEBUG", "No handshake with");
    }
  }

  private void requireNone(String where, String text) {
    var all = new TreeMap<>(secrets);
    all.putAll(payloads);
    String decoded = decoded(text);
    all.forEach(
        (what, secret) -> {
          if (holds(text, secret) || holds(decoded, secret)) {
            throw new AssertionError(
                "the " + what + " is in " + where + ": " + around(text, secret));
          }
        });
  }

  private static boolean holds(String text, String secret) {
    return text.contains(secret)
        || text.contains(HexFormat.of().formatHex(secret.getBytes(UTF_8)))
        || text.contains(
            Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(UTF_8)));
  }

  /** What stands in it in Base64, as blocks of the audit trail do. */
  private static String decoded(String text) {
    var decoded = new StringBuilder();
    BASE64
        .matcher(text)
        .results()
        .map(found -> found.group().substring(0, found.group().length() / 4 * 4))
        .forEach(
            each -> {
              try {
                decoded.append(new String(Base64.getDecoder().decode(each), ISO_8859_1));
              } catch (IllegalArgumentException e) {
                decoded.append('\n');
              }
            });
    return decoded.toString();
  }

  private static String around(String text, String secret) {
    int at = text.indexOf(secret);
    return at < 0
        ? "encoded"
        : text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 200));
  }

  /** Jobs are in it as they are; tokens, the passphrase and the private key are not. */
  private void searchData() throws IOException {
    var found = new TreeMap<String, Path>();
    secrets.remove("access key");
    try (Stream<Path> files = Files.walk(folder.resolve("nodes"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, ISO_8859_1);
        secrets.forEach(
            (what, secret) -> {
              if (holds(text, secret)) {
                found.put(what, file);
              }
            });
        if (text.contains(DATA)) {
          found.put("data", file);
        }
      }
    }
    assertThat(found).containsOnlyKeys("data");
  }
}
