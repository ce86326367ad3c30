package dev.flashq.server.config;

import dev.flashq.security.AddressRules;
import dev.flashq.security.Cidr;
import dev.flashq.security.PortCertificates;
import dev.flashq.security.seal.MasterKeyReference;
import dev.flashq.security.seal.MasterKeySettings;
import dev.flashq.security.seal.MasterKeys;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.SecretSettings;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.transport.connection.ClientCertificates;
import dev.flashq.transport.connection.TlsMode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node's configuration, checked as a whole. */
public record ServerConfig(
    String nodeId,
    String clusterId,
    List<MemberAddress> members,
    Path data,
    boolean dataReplaced,
    Listener tcp,
    Listener http,
    Optional<Listener> ops,
    Tls tls,
    List<Cidr> proxies,
    int connections,
    long silentMs,
    Given<List<TokenConfig>> tokens,
    Auth auth,
    SecretSettings secrets,
    Optional<MasterKeySettings> encryption,
    Optional<Path> ring,
    boolean insecure,
    Optional<Path> auditExport,
    Peer peer,
    Raft raft,
    Log log) {

  /** An address and a port, port 0 is any free one; who may use it, and how. */
  public record Listener(String bind, int port, TlsMode tls, AddressRules rules) {}

  /** What clients are shown that use TLS, and what is asked of them. */
  public record Tls(
      Optional<SecretReference> certificate,
      Optional<SecretReference> key,
      Optional<SecretReference> passphrase,
      ClientCertificates clients,
      Optional<SecretReference> clientCa) {
    public Tls {
      require(
          certificate.isPresent() == key.isPresent(),
          "tls.certificate and tls.key belong together: set both or none");
      require(
          clients == ClientCertificates.OFF || clientCa.isPresent(),
          "tls.client-certificates takes tls.client-ca, which says whose certificates are good");
    }

    /** Empty when there are none. */
    public Optional<PortCertificates> files(Secrets secrets) {
      return certificate.map(
          shown ->
              new PortCertificates(
                  secrets.open(shown),
                  secrets.open(key.orElseThrow()),
                  passphrase.map(secrets::open),
                  clientCa.map(secrets::open)));
    }
  }

  /** Other ways in which clients are known. */
  public record Auth(
      Given<List<String>> plainTokens,
      Optional<SecretReference> tokensFile,
      Optional<SecretReference> permissionsFile,
      boolean bootstrap) {}

  /** Whether clients have to say who they are from the first start on. */
  public boolean requiresTokens() {
    return requiresTokens(tokens, auth);
  }

  private static boolean requiresTokens(Given<List<TokenConfig>> tokens, Auth auth) {
    return isGiven(tokens)
        || isGiven(auth.plainTokens)
        || auth.tokensFile.isPresent()
        || auth.permissionsFile.isPresent()
        || auth.bootstrap;
  }

  private static boolean isGiven(Given<? extends List<?>> tokens) {
    return tokens.here().map(list -> !list.isEmpty()).orElse(true);
  }

  /** Certificates between members: all three files, or the development CA. */
  public record Peer(
      Path developmentCa,
      Optional<SecretReference> ca,
      Optional<SecretReference> certificate,
      Optional<SecretReference> key) {
    public boolean ownCertificates() {
      return ca.isPresent();
    }
  }

  /** Milliseconds and bytes. */
  public record Raft(
      long electionTimeoutMinMs, long electionTimeoutMaxMs, long staleMs, long snapshotBytes) {}

  /** How and how much is logged. */
  public record Log(String format, String level) {}

  public ServerConfig {
    require(
        new HashSet<>(members.stream().map(MemberAddress::id).toList()).size() == members.size(),
        "cluster.members names a member twice");
    require(
        !members.isEmpty() && members.size() <= 7, "cluster.members has between 1 and 7 members");
    require(
        new HashSet<>(members.stream().map(MemberAddress::peerAddress).toList()).size()
            == members.size(),
        "cluster.members gives two members the same host and peer port");
    String id = nodeId;
    require(
        members.stream().anyMatch(member -> member.id().equals(id)),
        "node.id is '" + nodeId + "', which is not among cluster.members");
    require(
        raft.electionTimeoutMinMs < raft.electionTimeoutMaxMs,
        "raft.election-timeout-min-ms must be below raft.election-timeout-max-ms");
    require(
        raft.staleMs >= raft.electionTimeoutMaxMs,
        "raft.stale-ms must not be below raft.election-timeout-max-ms");
    require(
        peer.ca.isPresent() == peer.certificate.isPresent()
            && peer.ca.isPresent() == peer.key.isPresent(),
        "peer.ca, peer.certificate and peer.key belong together: set all three or none");
    boolean closed = insecure || requiresTokens(tokens, auth);
    refuseOpenPorts(tcp, "tcp.bind", closed);
    refuseOpenPorts(http, "http.bind", closed);
    requireCertificate(tcp, "tcp.tls", tls);
    requireCertificate(http, "http.tls", tls);
    ops.ifPresent(listener -> isLoopback("ops.bind", listener.bind));
  }

  private static void requireCertificate(Listener listener, String key, Tls tls) {
    require(
        listener.tls == TlsMode.OFF || tls.certificate.isPresent(),
        key + " takes tls.certificate and tls.key");
  }

  private static void refuseOpenPorts(Listener listener, String key, boolean closed) {
    boolean loopback = isLoopback(key, listener.bind);
    require(
        closed || loopback,
        key
            + " is '"
            + listener.bind
            + "', which others can reach, but auth.tokens is empty; set tokens, or insecure=true in a closed network");
  }

  private static boolean isLoopback(String key, String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException(
          key + " is '" + address + "', which is no address and cannot be resolved");
    }
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new ConfigException(sentence);
    }
  }

  /**
   * The keys that {@link #encryption} names, opened; whoever asks closes them. Fails as secrets do
   * that cannot be read.
   */
  public Optional<MasterKeys> masterKeys(Secrets secrets) {
    return encryption.map(settings -> MasterKeys.open(settings, secrets));
  }

  /** The folder of this node's ring keys. */
  public Path ringFolder() {
    return ring.orElse(data.resolve("ring"));
  }

  public MemberAddress self() {
    return members.stream().filter(member -> member.id().equals(nodeId)).findFirst().orElseThrow();
  }

  /** Reads the file (null: none) under the environment. */
  public static ServerConfig load(@Nullable Path file, Map<String, String> environment) {
    return from(Source.of(file, environment));
  }

  private static Optional<Listener> ops(Source source) {
    int port = source.get(Keys.OPS_PORT);
    var rules = new AddressRules(source.get(Keys.OPS_ALLOW), source.get(Keys.OPS_DENY));
    return port == 0
        ? Optional.empty()
        : Optional.of(new Listener(source.get(Keys.OPS_BIND), port, TlsMode.OFF, rules));
  }

  private static SecretSettings secrets(Source source) {
    return new SecretSettings(
        new SecretSettings.Vault(
            source.get(Keys.VAULT_ADDRESS),
            source.get(Keys.VAULT_ROLE_ID),
            source.get(Keys.VAULT_SECRET_ID),
            source.get(Keys.VAULT_CA),
            source.get(Keys.VAULT_NAMESPACE)),
        new SecretSettings.Aws(
            source.get(Keys.AWS_REGION),
            source.get(Keys.AWS_ENDPOINT),
            source.get(Keys.AWS_KMS_ENDPOINT)),
        Duration.ofMillis(source.get(Keys.SECRETS_REFRESH)));
  }

  private static Optional<MasterKeySettings> encryption(Source source) {
    Optional<MasterKeyReference> newest = source.get(Keys.MASTER_KEY);
    List<MasterKeyReference> former = source.get(Keys.FORMER_MASTER_KEYS);
    require(
        newest.isPresent() || former.isEmpty(),
        "encryption.former-master-keys takes encryption.master-key");
    try {
      return newest.map(key -> new MasterKeySettings(key, former));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "encryption.master-key and encryption.former-master-keys: " + e.getMessage());
    }
  }

  static ServerConfig from(Source source) {
    return new ServerConfig(
        source.get(Keys.NODE_ID),
        source.get(Keys.CLUSTER_ID),
        source.get(Keys.MEMBERS),
        source.get(Keys.DATA),
        source.get(Keys.DATA_REPLACED),
        new Listener(
            source.get(Keys.TCP_BIND),
            source.get(Keys.TCP_PORT),
            source.get(Keys.TCP_TLS),
            new AddressRules(source.get(Keys.TCP_ALLOW), source.get(Keys.TCP_DENY))),
        new Listener(
            source.get(Keys.HTTP_BIND),
            source.get(Keys.HTTP_PORT),
            source.get(Keys.HTTP_TLS),
            new AddressRules(source.get(Keys.HTTP_ALLOW), source.get(Keys.HTTP_DENY))),
        ops(source),
        new Tls(
            source.get(Keys.TLS_CERTIFICATE),
            source.get(Keys.TLS_KEY),
            source.get(Keys.TLS_PASSPHRASE),
            source.get(Keys.TLS_CLIENTS),
            source.get(Keys.TLS_CLIENT_CA)),
        source.get(Keys.PROXIES),
        source.get(Keys.CONNECTIONS),
        source.get(Keys.SILENT_MS),
        source.get(Keys.TOKENS),
        new Auth(
            source.get(Keys.PLAIN_TOKENS),
            source.get(Keys.TOKENS_FILE),
            source.get(Keys.PERMISSIONS_FILE),
            source.get(Keys.BOOTSTRAP)),
        secrets(source),
        encryption(source),
        source.get(Keys.RING),
        source.get(Keys.INSECURE),
        source.get(Keys.AUDIT_EXPORT),
        new Peer(
            source.get(Keys.DEVELOPMENT_CA),
            source.get(Keys.PEER_CA),
            source.get(Keys.PEER_CERTIFICATE),
            source.get(Keys.PEER_KEY)),
        new Raft(
            source.get(Keys.ELECTION_MIN),
            source.get(Keys.ELECTION_MAX),
            source.get(Keys.STALE),
            source.get(Keys.SNAPSHOT_BYTES)),
        new Log(source.get(Keys.LOG_FORMAT), source.get(Keys.LOG_LEVEL)));
  }
}
