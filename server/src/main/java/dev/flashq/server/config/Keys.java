package dev.flashq.server.config;

import static dev.flashq.server.config.Parsers.flag;
import static dev.flashq.server.config.Parsers.folder;
import static dev.flashq.server.config.Parsers.given;
import static dev.flashq.server.config.Parsers.integer;
import static dev.flashq.server.config.Parsers.list;
import static dev.flashq.server.config.Parsers.name;
import static dev.flashq.server.config.Parsers.nodeId;
import static dev.flashq.server.config.Parsers.number;
import static dev.flashq.server.config.Parsers.oneOf;
import static dev.flashq.server.config.Parsers.optional;
import static dev.flashq.server.config.Parsers.optionalDocument;
import static dev.flashq.server.config.Parsers.optionalFile;
import static dev.flashq.server.config.Parsers.optionalSecretDocument;
import static dev.flashq.server.config.Parsers.optionalText;
import static dev.flashq.server.config.Parsers.plainTokens;
import static dev.flashq.server.config.Parsers.port;
import static dev.flashq.server.config.Parsers.text;

import dev.flashq.security.Cidr;
import dev.flashq.security.seal.MasterKeyReference;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretValue;
import dev.flashq.transport.connection.ClientCertificates;
import dev.flashq.transport.connection.TlsMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Every key, with its default and its documentation; {@code flashq.properties} in the project's
 * root shows them.
 */
public final class Keys {
  static final Key<String> NODE_ID =
      new Key<>("node.id", "n1", "Name of this node, one of cluster.members.", nodeId());
  static final Key<String> CLUSTER_ID =
      new Key<>(
          "cluster.id",
          "flashq",
          "Name of the cluster. It is written into the data folder; a folder of another cluster is refused.",
          name());
  static final Key<List<MemberAddress>> MEMBERS =
      new Key<>(
          "cluster.members",
          "n1@127.0.0.1:7789/6789/6790",
          "All members, as id@host:peer-port/tcp-port/http-port between commas; the same on every node. Three or five; up to seven are taken.",
          list(MemberAddress::parse));
  static final Key<Path> DATA =
      new Key<>(
          "data.folder",
          "data/n1",
          "Folder of this node's log and state; nothing else may use it.",
          folder());
  static final Key<Boolean> DATA_REPLACED =
      new Key<>(
          "data.replaced",
          "false",
          "Allows an empty data folder in place of one that this member has lost. Start it so only while all other members are ready.",
          flag());
  static final Key<String> TCP_BIND =
      new Key<>(
          "tcp.bind",
          "127.0.0.1",
          "Address on which clients are served (flashQ's TCP protocol).",
          text(253));
  static final Key<Integer> TCP_PORT =
      new Key<>("tcp.port", "6789", "Port of the TCP protocol; 0 takes any free one.", port());
  static final Key<String> HTTP_BIND =
      new Key<>("http.bind", "127.0.0.1", "Address of the HTTP interface.", text(253));
  static final Key<Integer> HTTP_PORT =
      new Key<>("http.port", "6790", "Port of the HTTP interface; 0 takes any free one.", port());
  static final Key<TlsMode> TCP_TLS =
      new Key<>(
          "tcp.tls",
          "off",
          "TLS on the TCP port: off, optional (each client begins as it likes) or required.",
          oneOf(TlsMode.class));
  static final Key<TlsMode> HTTP_TLS =
      new Key<>(
          "http.tls",
          "off",
          "TLS on the HTTP port: off, optional or required.",
          oneOf(TlsMode.class));
  static final Key<Optional<SecretReference>> TLS_CERTIFICATE =
      new Key<>(
          "tls.certificate",
          "",
          "PEM file of the certificate chain that clients are shown, or a reference to it (see OPERATIONS, Secrets). It and the rest of TLS are looked at every 5 seconds.",
          optionalDocument());
  static final Key<Optional<SecretReference>> TLS_KEY =
      new Key<>(
          "tls.key",
          "",
          "PEM file of its private key, or a reference to it.",
          true,
          optionalSecretDocument());
  static final Key<Optional<SecretReference>> TLS_PASSPHRASE =
      new Key<>(
          "tls.key-passphrase-file",
          "",
          "File whose first line is the passphrase of an encrypted key (PKCS#8), or a reference to such a text.",
          optionalDocument());
  static final Key<ClientCertificates> TLS_CLIENTS =
      new Key<>(
          "tls.client-certificates",
          "off",
          "Whether clients show certificates where they use TLS: off, optional or required.",
          oneOf(ClientCertificates.class));
  static final Key<Optional<SecretReference>> TLS_CLIENT_CA =
      new Key<>(
          "tls.client-ca",
          "",
          "PEM file of the authorities that sign the certificates of clients, or a reference to it.",
          optionalDocument());
  static final Key<List<Cidr>> TCP_ALLOW =
      new Key<>(
          "tcp.allow",
          "",
          "Networks from which the TCP port is used, as 10.0.0.0/8 or fd00::/8 between commas. None: all.",
          list(Cidr::parse));
  static final Key<List<Cidr>> TCP_DENY =
      new Key<>(
          "tcp.deny",
          "",
          "Networks from which the TCP port is not used, also where tcp.allow has them.",
          list(Cidr::parse));
  static final Key<List<Cidr>> HTTP_ALLOW =
      new Key<>(
          "http.allow",
          "",
          "Networks from which the HTTP port is used. None: all.",
          list(Cidr::parse));
  static final Key<List<Cidr>> HTTP_DENY =
      new Key<>(
          "http.deny",
          "",
          "Networks from which the HTTP port is not used, also where http.allow has them.",
          list(Cidr::parse));
  static final Key<List<Cidr>> PROXIES =
      new Key<>(
          "proxy.trusted",
          "",
          "Networks of proxies that are believed when they name a client (PROXY protocol, X-Forwarded-For). None: nobody is.",
          list(Cidr::parse));
  static final Key<Integer> OPS_PORT =
      new Key<>(
          "ops.port",
          "0",
          "Port of a listener that serves health and metrics alone, by plain HTTP and without tokens; 0: there is none.",
          port());
  static final Key<String> OPS_BIND =
      new Key<>("ops.bind", "127.0.0.1", "Address of that listener.", text(253));
  static final Key<List<Cidr>> OPS_ALLOW =
      new Key<>(
          "ops.allow",
          "",
          "Networks from which that listener is used. None: all.",
          list(Cidr::parse));
  static final Key<List<Cidr>> OPS_DENY =
      new Key<>(
          "ops.deny",
          "",
          "Networks from which that listener is not used, also where ops.allow has them.",
          list(Cidr::parse));
  static final Key<Integer> CONNECTIONS =
      new Key<>(
          "limits.connections",
          "10000",
          "Client connections at the same time, on each of the two ports; more are closed at once.",
          integer(1, 1_000_000));
  static final Key<Long> SILENT_MS =
      new Key<>(
          "limits.silent-ms",
          "60000",
          "Milliseconds after which a client's machine that answers no probe, or confirms nothing of what it was sent, and a client that takes nothing of its answers, is taken for gone.",
          number(6_000, 3_600_000));
  static final Key<Given<List<TokenConfig>>> TOKENS =
      new Key<>(
          "auth.tokens",
          "",
          "Client tokens as name:token between commas, or a reference to them. Without any of the four ways to give tokens there is no authentication, on loopback addresses only.",
          true,
          given(list(TokenConfig::parse)));
  static final Key<Given<List<String>>> PLAIN_TOKENS =
      new Key<>(
          "auth.plain-tokens",
          "",
          "Client tokens without names between commas, as flashQ has them in AUTH_TOKENS, which is read too; or a reference to them.",
          true,
          "AUTH_TOKENS",
          given(plainTokens()));
  static final Key<Optional<SecretReference>> TOKENS_FILE =
      new Key<>(
          "auth.tokens-file",
          "",
          "File of client tokens without names, between commas or on lines of their own, or a reference to such a text. Read again when it changes. AUTH_TOKENS_FILE is read too.",
          false,
          "AUTH_TOKENS_FILE",
          optionalDocument());
  static final Key<Optional<SecretReference>> PERMISSIONS_FILE =
      new Key<>(
          "auth.permissions-file",
          "",
          "JSON file of client tokens with what they may do: [{\"token\":..., \"queues\":[patterns], \"operations\":[words]}]; or a reference to such a text. Read again when it changes. AUTH_PERMISSIONS_FILE is read too.",
          false,
          "AUTH_PERMISSIONS_FILE",
          optionalDocument());
  static final Key<String> VAULT_ADDRESS =
      new Key<>(
          "vault.address",
          "",
          "Address of HashiCorp Vault, such as https://vault.example.com:8200, for references as vault:secret/data/flashq#token. VAULT_ADDR is read too.",
          false,
          "VAULT_ADDR",
          optionalText(512));
  static final Key<String> VAULT_ROLE_ID =
      new Key<>(
          "vault.role-id",
          "",
          "Role of the AppRole by which this node logs in to Vault. VAULT_ROLE_ID is read too.",
          false,
          "VAULT_ROLE_ID",
          optionalText(256));
  static final Key<SecretValue> VAULT_SECRET_ID =
      new Key<>(
          "vault.secret-id",
          "",
          "Secret id of that AppRole, or file:PATH or env:NAME for where it stands. Read at each login. VAULT_SECRET_ID is read too.",
          true,
          "VAULT_SECRET_ID",
          SecretValue::parse);
  static final Key<Optional<Path>> VAULT_CA =
      new Key<>(
          "vault.ca",
          "",
          "PEM file of the authorities that sign Vault's certificate, read at the start; none: those that Java trusts. VAULT_CACERT is read too.",
          false,
          "VAULT_CACERT",
          optionalFile());
  static final Key<String> VAULT_NAMESPACE =
      new Key<>(
          "vault.namespace",
          "",
          "Namespace of Vault Enterprise. VAULT_NAMESPACE is read too.",
          false,
          "VAULT_NAMESPACE",
          optionalText(256));
  static final Key<String> AWS_REGION =
      new Key<>(
          "aws.region",
          "",
          "Region of AWS Secrets Manager and of AWS KMS, for references as aws-secret:flashq/production/token. AWS_REGION is read too.",
          false,
          "AWS_REGION",
          optionalText(64));
  static final Key<String> AWS_ENDPOINT =
      new Key<>(
          "aws.endpoint",
          "",
          "Address that is asked for secrets in place of AWS's own, such as that of a VPC endpoint.",
          optionalText(512));
  static final Key<String> AWS_KMS_ENDPOINT =
      new Key<>(
          "aws.kms-endpoint",
          "",
          "The same for keys of AWS KMS, which is asked elsewhere.",
          optionalText(512));
  static final Key<Long> SECRETS_REFRESH =
      new Key<>(
          "secrets.refresh-ms",
          "60000",
          "Milliseconds after which Vault and AWS are asked again for what is referred to.",
          number(1_000, 86_400_000));
  static final Key<Optional<MasterKeyReference>> MASTER_KEY =
      new Key<>(
          "encryption.master-key",
          "",
          "Key that wraps the keys under which this node encrypts (see OPERATIONS, Master keys): vault-transit:MOUNT/NAME, aws-kms:KEY, or a reference to 32 bytes in hexadecimal digits or base64, as file:/run/secrets/master-key. Read at the start.",
          true,
          optional(MasterKeyReference::parse));
  static final Key<List<MasterKeyReference>> FORMER_MASTER_KEYS =
      new Key<>(
          "encryption.former-master-keys",
          "",
          "Up to four keys between commas that were encryption.master-key before, for what they have wrapped.",
          true,
          list(MasterKeyReference::parse));
  static final Key<Optional<Path>> RING =
      new Key<>(
          "encryption.ring",
          "",
          "Folder of this node's ring keys, which belongs to no backup of its data (see OPERATIONS, Ring keys). None: 'ring' in data.folder.",
          optionalFile());
  static final Key<Boolean> BOOTSTRAP =
      new Key<>(
          "auth.bootstrap",
          "false",
          "Lets the first leader of a cluster without tokens make one that may do everything, and print it once on standard output.",
          flag());
  static final Key<Boolean> INSECURE =
      new Key<>(
          "insecure",
          "false",
          "Allows client ports on other than loopback addresses without tokens. For tests in closed networks only.",
          flag());
  static final Key<Optional<Path>> AUDIT_EXPORT =
      new Key<>(
          "audit.export",
          "",
          "File to which the node that leads writes the audit trail, a record in JSON on each line; '-' is standard output. None: it is not written out.",
          optionalFile());
  static final Key<Path> DEVELOPMENT_CA =
      new Key<>(
          "peer.development-ca",
          "data/ca",
          "Folder of the development CA, made on first start; used when peer.ca is not set. Members must share it.",
          folder());
  static final Key<Optional<SecretReference>> PEER_CA =
      new Key<>(
          "peer.ca",
          "",
          "PEM file of the CA that signs the members' certificates, or a reference to it.",
          optionalDocument());
  static final Key<Optional<SecretReference>> PEER_CERTIFICATE =
      new Key<>(
          "peer.certificate",
          "",
          "PEM file of this node's certificate chain, or a reference to it.",
          optionalDocument());
  static final Key<Optional<SecretReference>> PEER_KEY =
      new Key<>(
          "peer.key",
          "",
          "PEM file of this node's private key, not encrypted, or a reference to it.",
          true,
          optionalSecretDocument());
  static final Key<Long> ELECTION_MIN =
      new Key<>(
          "raft.election-timeout-min-ms",
          "500",
          "Milliseconds without word from the leader after which a node may stand for election, at least.",
          number(100, 60_000));
  static final Key<Long> ELECTION_MAX =
      new Key<>(
          "raft.election-timeout-max-ms",
          "800",
          "The same, at most; above the minimum.",
          number(200, 120_000));
  static final Key<Long> STALE =
      new Key<>(
          "raft.stale-ms",
          "2000",
          "Milliseconds without word from any leader after which a node lets nobody in and answers nothing from what it knows; at least raft.election-timeout-max-ms.",
          number(200, 120_000));
  static final Key<Long> SNAPSHOT_BYTES =
      new Key<>(
          "raft.snapshot-bytes",
          "16777216",
          "Bytes of log, or 40 for each row that is written if that is more, after which the state is snapshotted; a quarter of them when little is going on. Four times as much log is kept.",
          number(1 << 20, 1L << 40));
  static final Key<String> LOG_FORMAT =
      new Key<>(
          "log.format",
          "text",
          "Form of the log on standard output: text or json.",
          oneOf("text", "json"));
  static final Key<String> LOG_LEVEL =
      new Key<>(
          "log.level",
          "info",
          "Least level of log lines: error, warn, info or debug. Of libraries nothing below warn is shown.",
          oneOf("error", "warn", "info", "debug"));

  /** In the order of the documented file. */
  public static final List<Key<?>> ALL =
      List.of(
          NODE_ID,
          CLUSTER_ID,
          MEMBERS,
          DATA,
          DATA_REPLACED,
          TCP_BIND,
          TCP_PORT,
          HTTP_BIND,
          HTTP_PORT,
          TCP_TLS,
          HTTP_TLS,
          TLS_CERTIFICATE,
          TLS_KEY,
          TLS_PASSPHRASE,
          TLS_CLIENTS,
          TLS_CLIENT_CA,
          TCP_ALLOW,
          TCP_DENY,
          HTTP_ALLOW,
          HTTP_DENY,
          PROXIES,
          OPS_PORT,
          OPS_BIND,
          OPS_ALLOW,
          OPS_DENY,
          CONNECTIONS,
          SILENT_MS,
          TOKENS,
          PLAIN_TOKENS,
          TOKENS_FILE,
          PERMISSIONS_FILE,
          VAULT_ADDRESS,
          VAULT_ROLE_ID,
          VAULT_SECRET_ID,
          VAULT_CA,
          VAULT_NAMESPACE,
          AWS_REGION,
          AWS_ENDPOINT,
          AWS_KMS_ENDPOINT,
          SECRETS_REFRESH,
          MASTER_KEY,
          FORMER_MASTER_KEYS,
          RING,
          BOOTSTRAP,
          INSECURE,
          AUDIT_EXPORT,
          DEVELOPMENT_CA,
          PEER_CA,
          PEER_CERTIFICATE,
          PEER_KEY,
          ELECTION_MIN,
          ELECTION_MAX,
          STALE,
          SNAPSHOT_BYTES,
          LOG_FORMAT,
          LOG_LEVEL);

  private Keys() {}
}
