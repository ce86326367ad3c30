package dev.flashq.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.AddressRules;
import dev.flashq.security.seal.MasterKeyReference;
import dev.flashq.security.seal.MasterKeySettings;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.SecretValue;
import dev.flashq.transport.connection.ClientCertificates;
import dev.flashq.transport.connection.TlsMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServerConfigTest {
  private static ServerConfig config(String file, Map<String, String> environment) {
    return ServerConfig.from(Source.of(file, "flashq.properties", environment));
  }

  @Test
  void hasTheseDefaults() {
    assertThat(config("", Map.of()))
        .isEqualTo(
            new ServerConfig(
                "n1",
                "flashq",
                List.of(new MemberAddress("n1", "127.0.0.1", 7789, 6789, 6790)),
                Path.of("data/n1"),
                false,
                new ServerConfig.Listener("127.0.0.1", 6789, TlsMode.OFF, AddressRules.OPEN),
                new ServerConfig.Listener("127.0.0.1", 6790, TlsMode.OFF, AddressRules.OPEN),
                Optional.empty(),
                new ServerConfig.Tls(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    ClientCertificates.OFF,
                    Optional.empty()),
                List.of(),
                10_000,
                60_000,
                new Given.Here<>(List.of()),
                new ServerConfig.Auth(
                    new Given.Here<>(List.of()), Optional.empty(), Optional.empty(), false),
                new SecretSettings(
                    new SecretSettings.Vault("", "", SecretValue.NONE, Optional.empty(), ""),
                    new SecretSettings.Aws("", "", ""),
                    Duration.ofMinutes(1)),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                new ServerConfig.Peer(
                    Path.of("data/ca"), Optional.empty(), Optional.empty(), Optional.empty()),
                new ServerConfig.Raft(500, 800, 2_000, 16_777_216),
                new ServerConfig.Log("text", "info")));
  }

  @Test
  void showsEveryKeyWithItsDefaultInTheDocumentedFile() throws IOException {
    String documented = Files.readString(Path.of("../flashq.properties"));
    for (Key<?> key : Keys.ALL) {
      assertThat(documented)
          .contains("# " + key.doc() + "\n")
          .contains("# " + key.environmentName() + "\n")
          .contains("#" + key.name() + "=" + key.defaultText() + "\n");
    }
    assertThat(documented.lines().filter(line -> line.matches("#[a-z.-]+=.*")))
        .hasSize(Keys.ALL.size());
  }

  @Test
  void takesAddressesOfIpv6() {
    MemberAddress member = MemberAddress.parse("n1@[::1]:7789/6789/6790");
    assertThat(member).isEqualTo(new MemberAddress("n1", "::1", 7789, 6789, 6790));
    assertThat(member.tcpAddress()).isEqualTo("[::1]:6789");
    assertThat(member.toString()).isEqualTo("n1@[::1]:7789/6789/6790");
  }

  @Test
  void prefersTheEnvironmentToTheFile() {
    assertThat(
            config("tcp.port=1111", Map.of("FLASHQ_TCP_PORT", "2222", "HOME", "/root"))
                .tcp()
                .port())
        .isEqualTo(2222);
    assertThat(config("tcp.port=1111", Map.of()).tcp().port()).isEqualTo(1111);
  }

  /** A list that goes on in the next line without a backslash, or a line without its key. */
  @Test
  void neverShowsWhatMayBeAToken() {
    for (String text :
        List.of(
            "auth.tokens=web:a-good-token,\nworker:a-secret-of-a-worker",
            "auth.plain-tokens=a-good-token,\na-secret-of-a-worker",
            "a-secret-of-a-worker",
            "encryption.master-key=a-secret-of-a-node",
            "encryption.master-key=env:A\nencryption.former-master-keys=env:B,a-secret-of-a-node",
            "auth.tokens=a-secret-of-a-worker,x",
            "auth.tokens=system:a-secret-of-a-worker")) {
      assertThatThrownBy(() -> config(text, Map.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageNotContaining("a-secret");
    }
  }

  @Test
  void namesTheWrongKeyOrValue() {
    refuses("tcp.prot=1", "unknown key 'tcp.prot'; did you mean 'tcp.port'?");
    refuses(
        "tcp.port=99999",
        "key 'tcp.port' has the value '99999'; expected: a whole number from 0 to 65535");
    refuses(
        "cluster.members=n1", "key 'cluster.members' has the value 'n1'; expected: members like");
    refuses("node.id=n9", "node.id is 'n9', which is not among cluster.members");
    refuses("node.id=n_1", "key 'node.id' has the value 'n_1'; expected: 1 to 63 letters");
    refuses("node.id=-n1", "key 'node.id' has the value '-n1'; expected: 1 to 63 letters");
    refuses("node.id=" + "n".repeat(64), "expected: 1 to 63 letters");
    refuses("cluster.members=n_1@h:1/2/3", "ids of members of 1 to 63 letters");
    refuses("cluster.members=n1@[::1::2]:1/2/3", "expected: addresses of IPv6 between brackets");
    refuses("cluster.members=n1@[10.0.0.1]:1/2/3", "expected: addresses of IPv6 between brackets");
    refuses("cluster.id=" + "c".repeat(64), "expected: 1 to 63 letters");
    refuses("insecure=yes", "key 'insecure' has the value 'yes'; expected: true or false");
    refuses(
        "tcp.bind=0.0.0.0",
        "tcp.bind is '0.0.0.0', which others can reach, but auth.tokens is empty");
    refuses(
        "tcp.bind=no.such.host.invalid", "tcp.bind is 'no.such.host.invalid', which is no address");
    refuses("http.bind=no.such.host.invalid\ninsecure=true", "http.bind is 'no.such.host.invalid'");
    refuses("cluster.members=n1@h:1/2/3,n1@h:4/5/6", "cluster.members names a member twice");
    refuses(
        "cluster.members=n1@h:1/2/3,n2@h:1/5/6",
        "cluster.members gives two members the same host and peer port");
    refuses("peer.ca=ca.pem", "belong together");
    refuses(
        "tcp.tls=on", "key 'tcp.tls' has the value 'on'; expected: one of off, optional, required");
    refuses(
        "tcp.allow=10.0.0.0/8,ten",
        "key 'tcp.allow' has the value '10.0.0.0/8,ten'; expected: a network like 10.0.0.0/8");
    refuses("http.deny=10.0.0.1/8", "expected: a network whose address is zero after the first 8");
    refuses("proxy.trusted=proxy", "expected: a network like 10.0.0.0/8");
    refuses("ops.port=9100\nops.bind=no.such.host.invalid", "ops.bind is 'no.such.host.invalid'");
    refuses("tcp.tls=required", "tcp.tls takes tls.certificate and tls.key");
    refuses("http.tls=optional", "http.tls takes tls.certificate and tls.key");
    refuses("tls.certificate=c.pem", "tls.certificate and tls.key belong together");
    refuses("tls.client-certificates=required", "tls.client-certificates takes tls.client-ca");
    refuses("auth.tokens=mail:short", "key 'auth.tokens'");
    refuses("auth.tokens=anonymous:12345678", "no name is 'anonymous' or 'system'");
    refuses("auth.tokens=system:12345678", "no name is 'anonymous' or 'system'");
    assertThatThrownBy(() -> config("", Map.of("FLASHQ_TCP_PROT", "1")))
        .hasMessageContaining("'FLASHQ_TCP_PROT'");
    assertThatThrownBy(() -> config("", Map.of("FLASHQ_CONFIG", "x")))
        .hasMessageContaining("'FLASHQ_CONFIG'");
  }

  private static void refuses(String file, String sentence) {
    assertThatThrownBy(() -> config(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void opensOtherAddressesWithTokensOrWhenTold() {
    assertThat(config("tcp.bind=0.0.0.0\nauth.tokens=mail:12345678", Map.of()).tokens())
        .isEqualTo(new Given.Here<>(List.of(new TokenConfig("mail", "12345678"))));
    assertThat(config("tcp.bind=0.0.0.0\nhttp.bind=0.0.0.0\ninsecure=true", Map.of()).insecure())
        .isTrue();
  }

  @Test
  void neverPrintsATokensSecret() {
    assertThat(config("auth.tokens=mail:12345678", Map.of()).toString()).doesNotContain("12345678");
    assertThatThrownBy(() -> config("auth.tokens=mail:12345678,ada:short", Map.of()))
        .hasMessageContaining("key 'auth.tokens' has a wrong value; expected: name:token")
        .hasMessageNotContaining("12345678")
        .hasMessageNotContaining("short");
  }

  @Test
  void takesReferencesToSecrets() {
    ServerConfig config =
        config(
            """
            tcp.bind=0.0.0.0
            auth.tokens=vault:secret/data/flashq#tokens
            auth.plain-tokens=env:PLAIN
            auth.tokens-file=/etc/tokens
            auth.permissions-file=aws-secret:flashq/permissions
            tls.certificate=file:/etc/tls.pem
            tls.key=vault:secret/data/tls#key
            peer.ca=ca.pem
            peer.certificate=peer.pem
            peer.key=vault:secret/data/peer#key
            """,
            Map.of());
    var tokens = new SecretReference.InStore("vault", "secret/data/flashq", "tokens");
    assertThat(config.tokens()).isEqualTo(new Given.Elsewhere<>(tokens));
    assertThat(config.requiresTokens()).isTrue();
    assertThat(config.auth().plainTokens())
        .isEqualTo(new Given.Elsewhere<>(new SecretReference.InEnvironment("PLAIN")));
    assertThat(config.auth().tokensFile())
        .contains(new SecretReference.InFile(Path.of("/etc/tokens")));
    assertThat(config.auth().permissionsFile())
        .contains(new SecretReference.InStore("aws-secret", "flashq/permissions", ""));
    assertThat(config.tls().certificate())
        .contains(new SecretReference.InFile(Path.of("/etc/tls.pem")));
    assertThat(config.tls().key())
        .contains(new SecretReference.InStore("vault", "secret/data/tls", "key"));
    assertThat(config.peer().key())
        .contains(new SecretReference.InStore("vault", "secret/data/peer", "key"));
  }

  @Test
  void tellsAReferenceFromASecret() {
    assertThat(config("auth.tokens=literal:vault:12345678,ada:12345678", Map.of()).tokens())
        .isEqualTo(
            new Given.Here<>(
                List.of(new TokenConfig("vault", "12345678"), new TokenConfig("ada", "12345678"))));
    assertThat(config("auth.tokens=ada:12345678,vault:12345678", Map.of()).tokens().here())
        .isPresent();
    for (String secret : List.of("vault:a-secret-token", "env:a-secret-token", "file:")) {
      assertThatThrownBy(() -> config("auth.tokens=" + secret, Map.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith("key 'auth.tokens' has a wrong value; expected: ")
          .hasMessageNotContaining("a-secret");
    }
    assertThatThrownBy(
            () -> config("", Map.of("FLASHQ_TLS_KEY", "-----BEGIN PRIVATE KEY-----\nMII")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "key 'tls.key' has a wrong value; expected: a path, or a reference; not the text itself");
  }

  @Test
  void knowsHowStoresOfSecretsAreReached() {
    var usual =
        Map.of(
            "VAULT_ADDR", "https://vault.example.com:8200",
            "VAULT_ROLE_ID", "the-role",
            "VAULT_SECRET_ID", "a-secret-id",
            "VAULT_CACERT", "/etc/vault-ca.pem",
            "VAULT_NAMESPACE", "team",
            "AWS_REGION", "us-east-1");
    SecretSettings secrets = config("secrets.refresh-ms=5000", usual).secrets();
    assertThat(secrets)
        .isEqualTo(
            new SecretSettings(
                new SecretSettings.Vault(
                    "https://vault.example.com:8200",
                    "the-role",
                    new SecretValue.Plain("a-secret-id"),
                    Optional.of(Path.of("/etc/vault-ca.pem")),
                    "team"),
                new SecretSettings.Aws("us-east-1", "", ""),
                Duration.ofSeconds(5)));
    assertThat(config("", usual).toString()).doesNotContain("a-secret-id");
    assertThat(config("vault.secret-id=file:/etc/id", Map.of()).secrets().vault().secretId())
        .isEqualTo(new SecretValue.At(new SecretReference.InFile(Path.of("/etc/id"))));
    refuses("secrets.refresh-ms=999", "a whole number from 1000 to 86400000");
  }

  @Test
  void knowsTheMasterKeys() {
    assertThat(config("encryption.master-key=vault-transit:orders", Map.of()).encryption())
        .contains(
            new MasterKeySettings(
                new MasterKeyReference.InTransit("transit", "orders"), List.of()));
    assertThat(
            config(
                    "encryption.former-master-keys=aws-kms:alias/flashq, file:/etc/key",
                    Map.of("FLASHQ_ENCRYPTION_MASTER_KEY", "env:KEY"))
                .encryption())
        .contains(
            new MasterKeySettings(
                new MasterKeyReference.Held(new SecretReference.InEnvironment("KEY")),
                List.of(
                    new MasterKeyReference.Provided("aws-kms", "alias/flashq"),
                    new MasterKeyReference.Held(new SecretReference.InFile(Path.of("/etc/key"))))));

    String key = "encryption.master-key=env:KEY\nencryption.former-master-keys=";
    String both = "encryption.master-key and encryption.former-master-keys: ";
    refuses(
        "encryption.former-master-keys=env:A",
        "encryption.former-master-keys takes encryption.master-key");
    refuses(key + "env:A,env:B,env:C,env:D,env:E", both + "there are at most 4 former master keys");
    refuses(key + "env:A,env:A", both + "a master key is named twice");
    refuses(key + "env:KEY", both + "a master key is named twice");
    refuses(
        "encryption.master-key=vault-transit:a b",
        "key 'encryption.master-key' has a wrong value; expected: vault-transit:NAME or");
    refuses(key + "env:A,", "key 'encryption.former-master-keys' has a wrong value; expected: ");
  }
}
