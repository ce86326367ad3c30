package dev.flashq.transport.connection;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.flashq.security.AddressRules;
import dev.flashq.security.Cidr;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.FakeGateway;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who may come in, by the own address or by the word of a proxy. The test connects from 127.0.0.1.
 */
class EntranceTest {
  private static final int SHORT_MS = 400;
  private static final String HERE = "127.0.0.1";
  private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

  @TempDir Path folder;

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

  private TransportContext context() {
    return new TransportContext(
        gateway,
        Tokens.NONE,
        stats,
        TestLimits.LIMITS.with(Limit.HANDSHAKE_MS, SHORT_MS),
        () -> new ClusterHints.Hint("n1", "", "", List.of()));
  }

  private Port port(Spoken spoken, Entrance entrance) {
    Port port = spoken.port(spoken.settings(Spoken.anyPort()).with(entrance), context());
    opened.add(port.server());
    return port;
  }

  private Port whoami(Entrance entrance) {
    var settings = new ListenerSettings("whoami", Spoken.anyPort(), 1, ListenerSettings.NEVER);
    Listener listener = new Listener(settings.with(entrance), context(), Whoami::new);
    opened.add(listener);
    return new Port(listener.start(), listener::connections, listener);
  }

  private static List<Cidr> networks(String... texts) {
    return Stream.of(texts).map(Cidr::parse).toList();
  }

  private static Entrance rules(List<Cidr> allow, List<Cidr> deny) {
    return new Entrance(TlsMode.OFF, null, new AddressRules(allow, deny), List.of());
  }

  private static Entrance proxies(String... trusted) {
    return proxies(AddressRules.OPEN, trusted);
  }

  private static Entrance proxies(AddressRules rules, String... trusted) {
    return new Entrance(TlsMode.OFF, null, rules, networks(trusted));
  }

  @ParameterizedTest
  @EnumSource
  void closesAConnectionFromADeniedAddressAtOnce(Spoken spoken) {
    Port denying = port(spoken, rules(List.of(), networks(HERE)));
    Port allowingOthers = port(spoken, rules(networks("10.0.0.0/8"), List.of()));
    for (Port port : List.of(denying, allowingOthers)) {
      assertThatThrownBy(
              () -> {
                try (RawClient client = port.client(spoken)) {
                  client.ask(spoken.count());
                }
              })
          .isInstanceOf(IOException.class);
      assertThat(port.open()).isZero();
    }
    await().until(() -> stats.connectionsRefused.sum() == 2);
    assertThat(stats.connectionsTotal.sum()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void servesAllowedAddresses(Spoken spoken) throws IOException {
    Port port = port(spoken, rules(networks("127.0.0.0/8"), networks("10.0.0.0/8")));
    try (RawClient client = port.client(spoken)) {
      assertThat(client.ask(spoken.push("x"))).contains("\"id\":1");
    }
  }

  @Test
  void learnsTheClientFromATrustedProxy() throws IOException {
    Port port = whoami(proxies(HERE));
    assertThat(said(port, "PROXY TCP4 203.0.113.7 10.0.0.1 41234 6789\r\nhi"))
        .isEqualTo("203.0.113.7");
    assertThat(said(port, "PROXY TCP6 2001:db8::7 fd00::1 41234 6789\r\nhi"))
        .isEqualTo("2001:db8:0:0:0:0:0:7");
    assertThat(said(port, "PROXY UNKNOWN\r\nhi")).isEqualTo(HERE);
    assertThat(said(port, header(0x21, 0x11, "cb007107" + "0a000001" + "a1121a85") + "hi"))
        .isEqualTo("203.0.113.7");
    assertThat(said(port, header(0x20, 0x00, "") + "hi")).isEqualTo(HERE);
  }

  @Test
  void aTrustedProxyNeedNotNameAnybody() throws IOException {
    Port port = whoami(proxies(HERE));
    assertThat(said(port, "hi")).isEqualTo(HERE);
    assertThat(said(port, "PROTO")).isEqualTo(HERE);
    assertThat(said(port, "\r\n\r\nhi")).isEqualTo(HERE);
  }

  /** A client that has ended its output has said what it will say. */
  @Test
  void doesNotWaitForTheRestOfAHeaderThatCannotCome() throws IOException {
    Port port = whoami(proxies(HERE));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send("PRO");
      client.endOutput();
      assertThat(client.answer()).isEqualTo(HERE);
      assertThat(client.ended()).isTrue();
    }
    assertThat(stats.connectionsRefused.sum()).isZero();
  }

  @Test
  void takesAHeaderInPieces() throws IOException {
    Port port = whoami(proxies(HERE));
    String text = "PROXY TCP4 203.0.113.7 10.0.0.1 41234 6789\r\n";
    try (RawClient client = port.client(Spoken.TCP)) {
      for (int i = 0; i < text.length(); i++) {
        client.send(text.substring(i, i + 1));
      }
      assertThat(client.ask("hi")).isEqualTo("203.0.113.7");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 203.0.113.7 10.0.0.1 41234 6789\r\n",
        "\r\n\r\n\0\r\nQUIT\n",
      })
  void refusesTheWordOfAnybodyElse(String header) throws IOException {
    Port port = port(Spoken.TCP, proxies("10.0.0.0/8"));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send(header + Spoken.TCP.push("x"));
      await().until(() -> stats.connectionsRefused.sum() == 1);
      await().until(() -> port.open() == 0);
    }
    assertThat(gateway.commands).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY nonsense\r\n",
        "PROXY TCP4 999.0.0.1 10.0.0.1 1 2\r\n",
        "PROXY TCP4 203.0.113.7 10.0.0.1 41234 67890000\r\n",
      })
  void refusesAHeaderThatIsNone(String header) throws IOException {
    Port port = port(Spoken.TCP, proxies(HERE));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send(header + Spoken.TCP.push("x"));
      await().until(() -> stats.connectionsRefused.sum() == 1);
      await().until(() -> port.open() == 0);
    }
    assertThat(gateway.commands).isEmpty();
  }

  @Test
  void keepsLittleOfAHeaderThatDoesNotEnd() throws IOException {
    Port port = port(Spoken.TCP, proxies(HERE));
    try (RawClient text = port.client(Spoken.TCP);
        RawClient binary = port.client(Spoken.TCP)) {
      text.send("PROXY TCP4 " + "1".repeat(200));
      binary.send(header(0x21, 0x11, "00".repeat(60_000)));
      await().until(() -> stats.connectionsRefused.sum() == 2);
      await().until(() -> port.open() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRO", "PROXY TCP4", "\r\n\r\n\0", "\r\n\r\n\0\r\nQUIT\n!"})
  void doesNotWaitLongForAHeader(String begin) throws IOException {
    Port port = port(Spoken.TCP, proxies(HERE));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send(begin);
      await().until(() -> port.open() == 1);
      assertThat(client.ended()).isTrue();
    }
    await().until(() -> port.open() == 0);
  }

  @Test
  void asksTheRulesForTheClientThatTheProxyNames() throws IOException {
    AddressRules rules = new AddressRules(networks("203.0.113.0/24"), networks("203.0.113.9"));
    Port port = port(Spoken.TCP, proxies(rules, HERE));
    try (RawClient client = port.client(Spoken.TCP)) {
      client.send("PROXY TCP4 203.0.113.7 10.0.0.1 41234 6789\r\n");
      assertThat(client.ask(Spoken.TCP.push("x"))).contains("\"id\":1");
    }
    for (String word : List.of("PROXY TCP4 203.0.113.9 10.0.0.1 41234 6789\r\n", "")) {
      try (RawClient client = port.client(Spoken.TCP)) {
        client.send(word + Spoken.TCP.push("x"));
        await().until(() -> port.open() == 0);
      }
    }
    assertThat(stats.connectionsRefused.sum()).isEqualTo(2);
    assertThat(gateway.commands).hasSize(1);
  }

  @Test
  void readsTheHeaderBeforeTls() throws IOException {
    TestTls tls = new TestTls(folder);
    var encrypted = tls.entrance(TlsMode.REQUIRED, ClientCertificates.OFF);
    Port port =
        whoami(new Entrance(TlsMode.REQUIRED, encrypted.tls(), AddressRules.OPEN, networks(HERE)));
    try (RawClient client =
        port.with(tls.sockets()).client(Spoken.TCP, "PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n")) {
      assertThat(client.ask("hi")).isEqualTo("203.0.113.7");
    }
  }

  @Test
  void asksTheRulesForEachRequestThatAProxyForwards() throws IOException {
    AddressRules rules = new AddressRules(List.of(), networks("203.0.113.9"));
    Port port = port(Spoken.HTTP, proxies(rules, HERE));
    try (RawClient proxy = port.client(Spoken.HTTP)) {
      assertThat(proxy.ask(forwarded("203.0.113.7"))).contains("200");
      assertThat(proxy.ask(forwarded("203.0.113.9, 203.0.113.7"))).contains("200");
      assertThat(proxy.ask(forwarded("203.0.113.7, 203.0.113.9")))
          .contains("403", "\"code\":\"FORBIDDEN\"");
      assertThat(proxy.ended()).isTrue();
    }
    assertThat(stats.connectionsRefused.sum()).isEqualTo(1);
  }

  @Test
  void doesNotBelieveAForwardThatNoTrustedProxyHasSent() throws IOException {
    AddressRules rules = new AddressRules(networks(HERE), networks("203.0.113.9"));
    Port port = port(Spoken.HTTP, proxies(rules, "10.0.0.0/8"));
    try (RawClient client = port.client(Spoken.HTTP)) {
      assertThat(client.ask(forwarded("203.0.113.9"))).contains("200");
    }
  }

  @Test
  void noHeaderOfAClientSaysWhereItComesFrom() throws IOException {
    Port port = port(Spoken.HTTP, proxies("10.0.0.0/8"));
    String request =
        "POST /queues/q/jobs HTTP/1.1\r\nX-Forwarded-For: 203.0.113.9\r\nX-Real-IP: 203.0.113.9\r\n"
            + "Forwarded: for=203.0.113.9\r\nContent-Length: 10\r\n\r\n{\"data\":1}";
    try (RawClient client = port.client(Spoken.HTTP)) {
      assertThat(client.ask(request)).contains("200");
    }
    assertThat(gateway.principals).extracting("address").containsOnly(HERE);
  }

  private static String forwarded(String names) {
    return "GET /queues/q/count HTTP/1.1\r\nX-Forwarded-For: " + names + "\r\n\r\n";
  }

  private static String said(Port port, String text) throws IOException {
    try (RawClient client = port.client(Spoken.TCP)) {
      return client.ask(text);
    }
  }

  /** A binary header. */
  private static String header(int versionAndCommand, int family, String hex) {
    byte[] rest = HexFormat.of().parseHex(hex);
    ByteBuffer bytes =
        ByteBuffer.allocate(SIGNATURE.length() + 4 + rest.length)
            .put(SIGNATURE.getBytes(ISO_8859_1))
            .put((byte) versionAndCommand)
            .put((byte) family)
            .putShort((short) rest.length)
            .put(rest);
    return new String(bytes.array(), ISO_8859_1);
  }
}
