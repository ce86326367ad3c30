package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.security.PeerCredentials;
import dev.flashq.statemachine.Command;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a connection begins where there is TLS. */
class TlsTest {
  private static final int SHORT_MS = 400;

  @TempDir Path folder;
  @TempDir Path elsewhere;

  private final FakeGateway gateway = new FakeGateway();
  private final TransportStats stats = new TransportStats();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable port : opened) {
      port.close();
    }
    gateway.close();
  }

  private Tokens tokens = Tokens.NONE;

  private TransportContext context(long handshakeMs) {
    return new TransportContext(
        gateway,
        tokens,
        stats,
        TestLimits.LIMITS.with(Limit.HANDSHAKE_MS, handshakeMs),
        () -> new ClusterHints.Hint("n1", "", "", List.of()));
  }

  private Port port(Spoken spoken, Entrance entrance) {
    return port(spoken, entrance, 10_000);
  }

  private Port port(Spoken spoken, Entrance entrance, long handshakeMs) {
    Port port = spoken.port(spoken.settings(Spoken.anyPort()).with(entrance), context(handshakeMs));
    opened.add(port.server());
    return port;
  }

  private int whoami(Entrance entrance) {
    var settings = new ListenerSettings("whoami", Spoken.anyPort(), 1, ListenerSettings.NEVER);
    Listener listener = new Listener(settings.with(entrance), context(10_000), Whoami::new);
    opened.add(listener);
    return listener.start();
  }

  private TestTls tls() {
    return new TestTls(folder);
  }

  @ParameterizedTest
  @EnumSource
  void servesBothOnOnePortWhereTlsIsOptional(Spoken spoken) throws IOException {
    Port port = port(spoken, tls().entrance(TlsMode.OPTIONAL, ClientCertificates.OFF));
    try (RawClient plain = port.client(spoken);
        RawClient encrypted = port.with(tls().sockets()).client(spoken)) {
      assertThat(plain.ask(spoken.push("x"))).contains("\"id\":1");
      assertThat(encrypted.ask(spoken.push("y"))).contains("\"id\":2");
      assertThat(plain.ask(spoken.count())).contains("\"ok\":true");
    }
    assertThat(stats.tlsConnections.sum()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void tellsAPlainClientThatItMustUseTls(Spoken spoken) throws IOException {
    Port port = port(spoken, tls().entrance(TlsMode.REQUIRED, ClientCertificates.OFF));
    try (RawClient plain = port.client(spoken)) {
      plain.send(spoken.push("x".repeat(100_000)));
      assertThat(plain.answer())
          .contains("\"ok\":false", "\"code\":\"INVALID_REQUEST\"", "encrypted connections only");
      assertThat(plain.ended()).isTrue();
    }
    assertThat(gateway.commands).isEmpty();
    await().until(() -> port.open() == 0);
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.3, TLS_AES_128_GCM_SHA256",
    "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
  })
  void speaksBothVersions(String version, String suite) throws IOException {
    Port port =
        port(Spoken.TCP, tls().entrance(TlsMode.REQUIRED, ClientCertificates.OFF))
            .with(tls().sockets());
    try (RawClient client = port.client(Spoken.TCP)) {
      client.tls().setEnabledProtocols(new String[] {version});
      client.tls().setEnabledCipherSuites(new String[] {suite});
      assertThat(client.ask(Spoken.TCP.push("x"))).contains("\"id\":1");
      assertThat(client.tls().getSession().getProtocol()).isEqualTo(version);
    }
  }

  /** SSL 3.0, TLS 1.0 and TLS 1.1. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void speaksNoOldVersion(int minor) throws IOException {
    for (TlsMode mode : List.of(TlsMode.REQUIRED, TlsMode.OPTIONAL)) {
      Port port = port(Spoken.TCP, tls().entrance(mode, ClientCertificates.OFF));
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
        client.getOutputStream().write(hello(minor));
        byte[] answer = client.getInputStream().readAllBytes();
        assertThat(answer).hasSize(7).startsWith(ALERT, 3).endsWith(2, PROTOCOL_VERSION);
      }
    }
    assertThat(stats.handshakeFailures.sum()).isEqualTo(2);
  }

  private static final int ALERT = 0x15;
  private static final int PROTOCOL_VERSION = 70;

  /** The first message of a client that understands nothing newer than 3.minor. */
  private static byte[] hello(int minor) {
    String random = "5a".repeat(32);
    String suites = "0008" + "c009" + "c013" + "002f" + "0035";
    String extensions = "000e" + "000a" + "0004" + "0002" + "0017" + "000b" + "0002" + "0100";
    String body = "030" + minor + random + "00" + suites + "0100" + extensions;
    int length = body.length() / 2;
    String record = "160301%04x01%06x".formatted(length + 4, length) + body;
    return HexFormat.of().parseHex(record);
  }

  /** In TLS 1.2 nobody can be told anything who has said goodbye. */
  @Test
  void givesBackJobsToAClientThatHasForgoneItsAnswers() throws IOException {
    Port port =
        port(Spoken.TCP, tls().entrance(TlsMode.REQUIRED, ClientCertificates.OFF))
            .with(tls().sockets());
    try (RawClient client = port.client(Spoken.TCP)) {
      client.tls().setEnabledProtocols(new String[] {"TLSv1.2"});
      client.ask(Spoken.TCP.push("x"));
      gateway.hold();
      client.send(Spoken.TCP.pull(0));
      await().until(() -> gateway.heldBack() == 1);
      client.endOutput();
      gateway.letGo();
      await().until(() -> gateway.commands.getLast() instanceof Command.ReleaseJobs);
    }
    await().until(() -> port.open() == 0);
  }

  /** Nothing big is kept of it, it counts, and its time is limited. */
  @ParameterizedTest
  @CsvSource({"REQUIRED, ''", "REQUIRED, '\u0016'", "OPTIONAL, '\u0016'"})
  void endsAHandshakeThatDoesNotGetOn(TlsMode mode, String sent) throws IOException {
    Port port = port(Spoken.TCP, tls().entrance(mode, ClientCertificates.OFF), SHORT_MS);
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send(sent);
      await().until(() -> port.open() == 1);
      assertThat(client.ended()).isTrue();
    }
    await().until(() -> port.open() == 0);
  }

  @Test
  void refusesWhatOnlyLooksLikeTls() throws IOException {
    Port port = port(Spoken.TCP, tls().entrance(TlsMode.OPTIONAL, ClientCertificates.OFF));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send("\u0016" + "x".repeat(100_000));
      await().until(() -> stats.handshakeFailures.sum() == 1);
      await().until(() -> port.open() == 0);
    }
  }

  @Test
  void knowsTheSubjectOfTheClientsCertificate() throws IOException {
    int port = whoami(tls().entrance(TlsMode.REQUIRED, ClientCertificates.REQUIRED));
    assertThat(answer(port, tls().socketsOf("worker-1", tls()))).isEqualTo("127.0.0.1 CN=worker-1");
  }

  @ParameterizedTest
  @EnumSource
  void whoeverShowsACertificateThatIsKnownNeedsNoToken(Spoken spoken) throws IOException {
    tokens = Tokens.of("CN=worker-1", "worker-1");
    Port port = port(spoken, tls().entrance(TlsMode.REQUIRED, ClientCertificates.OPTIONAL));
    try (RawClient known = port.with(tls().socketsOf("worker-1", tls())).client(spoken);
        RawClient unknown = port.with(tls().socketsOf("worker-2", tls())).client(spoken);
        RawClient without = port.with(tls().sockets()).client(spoken)) {
      assertThat(known.ask(spoken.push("x"))).contains("\"id\":1");
      assertThat(unknown.ask(spoken.push("y"))).contains("UNAUTHENTICATED");
      assertThat(without.ask(spoken.push("z"))).contains("UNAUTHENTICATED");

      tokens.revoke("CN=worker-1");

      assertThat(known.ask(spoken.push("x"))).contains("UNAUTHENTICATED");
    }
    assertThat(gateway.principals).extracting("name").containsOnly("worker-1");
  }

  @Test
  void doesWithoutTheCertificateOfAClientWhereThatIsOptional() throws IOException {
    int port = whoami(tls().entrance(TlsMode.REQUIRED, ClientCertificates.OPTIONAL));
    assertThat(answer(port, tls().sockets())).isEqualTo("127.0.0.1");
    assertThat(answer(port, tls().socketsOf("worker-1", tls()))).isEqualTo("127.0.0.1 CN=worker-1");
  }

  @ParameterizedTest
  @EnumSource(names = {"OPTIONAL", "REQUIRED"})
  void refusesACertificateOfAnotherAuthority(ClientCertificates asked) {
    int port = whoami(tls().entrance(TlsMode.REQUIRED, asked));
    SSLSocketFactory stranger = tls().socketsOf("worker-1", new TestTls(elsewhere));

    assertThatThrownBy(() -> answer(port, stranger))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("certificate");
    await().until(() -> stats.handshakeFailures.sum() == 1);
  }

  @Test
  void refusesAClientWithoutACertificateWhereOneIsRequired() {
    int port = whoami(tls().entrance(TlsMode.REQUIRED, ClientCertificates.REQUIRED));

    assertThatThrownBy(() -> answer(port, tls().sockets())).isInstanceOf(IOException.class);
  }

  @Test
  void showsNewCertificatesWithoutAnEndOfConnections() throws IOException {
    PeerCredentials credentials = tls().server();
    Tls shown = new Tls(credentials, ClientCertificates.OFF);
    Port port = port(Spoken.TCP, TestTls.entrance(TlsMode.REQUIRED, shown)).with(tls().sockets());
    try (RawClient before = port.client(Spoken.TCP)) {
      before.ask(Spoken.TCP.push("x"));
      Certificate old = before.tls().getSession().getPeerCertificates()[0];

      Files.delete(folder.resolve("server.pem"));
      Files.delete(folder.resolve("server-key.pem"));
      tls().server();
      assertThat(credentials.refresh(Instant.now()))
          .isInstanceOf(PeerCredentials.Refresh.Replaced.class);
      shown.renew();

      assertThat(before.ask(Spoken.TCP.push("y"))).contains("\"id\":2");
      try (RawClient after = port.client(Spoken.TCP)) {
        after.ask(Spoken.TCP.push("z"));
        assertThat(after.tls().getSession().getPeerCertificates()[0]).isNotEqualTo(old);
      }
    }
  }

  private static String answer(int port, SSLSocketFactory sockets) throws IOException {
    try (RawClient client = new RawClient(Spoken.TCP, port, "", sockets)) {
      return client.ask("who am I?");
    }
  }
}
