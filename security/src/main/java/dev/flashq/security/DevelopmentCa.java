package dev.flashq.security;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * An authority in a folder, made on first use, for clusters on one machine.
 *
 * <p>Its private key lies beside the certificates: whoever reads the folder can join the cluster. A
 * cluster over several machines gets its certificates from elsewhere.
 */
public final class DevelopmentCa {
  /** A certificate that ends sooner is renewed. */
  private static final Duration RENEW_BEFORE = Duration.ofDays(30);

  private final Path folder;
  private final InstantSource clock;
  private boolean opened;

  public DevelopmentCa(Path folder, InstantSource clock) {
    this.folder = folder;
    this.clock = clock;
  }

  /**
   * The certificates of a node, made if they are missing, renewed if they end soon or lack a host.
   * Fails with {@link InvalidCertificateException} when a file of the folder is not what it should
   * be.
   */
  public synchronized PeerCertificates certificatesOf(String nodeId, Collection<String> hosts) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try (FolderLock _ = FolderLock.take(folder)) {
        return prepare(nodeId, names(nodeId, hosts));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The development certificates in " + folder + " cannot be read or made", e);
    }
  }

  private PeerCertificates prepare(String nodeId, Set<String> names) throws IOException {
    Path ca = folder.resolve("ca.pem");
    Path caKey = folder.resolve("ca-key.pem");
    if (opened && !Files.exists(ca)) {
      // A new one, made beside running nodes, would part them.
      throw new InvalidCertificateException("There is no file " + ca);
    }
    requireBothOrNone(ca, caKey);
    var authority = Files.exists(ca) ? open(ca, caKey) : create(ca, caKey);
    opened = true;
    requireAlive(authority, ca);
    var node =
        new PeerCertificates(
            ca, folder.resolve(nodeId + ".pem"), folder.resolve(nodeId + "-key.pem"));
    requireBothOrNone(node.certificate(), node.key());
    if (!Files.exists(node.certificate())) {
      KeyPair keys = CertificateIssuer.newKeys();
      PemFiles.write(node.key(), keys.getPrivate());
      PemFiles.write(node.certificate(), authority.issue(nodeId, keys.getPublic(), names));
    } else if (isOutdated(node, names, authority)) {
      // The key stays: with one file to replace there is no moment at which the two do not match.
      PublicKey key = PemFiles.certificates(node.certificate()).getFirst().getPublicKey();
      PemFiles.write(node.certificate(), authority.issue(nodeId, key, names));
    }
    return node.validate(clock.instant());
  }

  /** One that lasts as long as the authority cannot be renewed. */
  private boolean isOutdated(PeerCertificates node, Set<String> names, CertificateIssuer issuer) {
    Instant end = node.expiresAt();
    boolean endsSoon =
        end.isBefore(clock.instant().plus(RENEW_BEFORE)) && end.isBefore(issuer.caEndsAt());
    return endsSoon || !node.hosts().containsAll(names);
  }

  private void requireAlive(CertificateIssuer authority, Path ca) {
    if (!authority.caEndsAt().isAfter(clock.instant())) {
      throw new InvalidCertificateException(
          "The development CA in "
              + ca
              + " has ended on "
              + authority.caEndsAt()
              + "; stop all nodes, remove the files beside it, and start them again");
    }
  }

  private CertificateIssuer create(Path ca, Path caKey) throws IOException {
    KeyPair keys = CertificateIssuer.newKeys();
    X509Certificate certificate =
        CertificateIssuer.selfSigned("flashQ development CA", keys, clock.instant());
    PemFiles.write(caKey, keys.getPrivate());
    PemFiles.write(ca, certificate);
    return new CertificateIssuer(certificate, keys.getPrivate(), clock);
  }

  private CertificateIssuer open(Path ca, Path caKey) {
    return new CertificateIssuer(
        PemFiles.certificates(ca).getFirst(), PemFiles.privateKey(caKey), clock);
  }

  /**
   * A key is written before its certificate, so a lone key is the rest of a start that was cut off.
   */
  private static void requireBothOrNone(Path certificate, Path key) throws IOException {
    if (Files.exists(certificate) && !Files.exists(key)) {
      throw new InvalidCertificateException(
          "There is "
              + certificate
              + " but no "
              + key.getFileName()
              + "; put it back, or remove the certificate as well");
    }
    if (!Files.exists(certificate)) {
      Files.deleteIfExists(key);
    }
  }

  private static Set<String> names(String nodeId, Collection<String> hosts) {
    Set<String> names = new TreeSet<>();
    hosts.forEach(host -> names.add(asRead(host)));
    names.add(nodeId);
    names.add("localhost");
    names.add("127.0.0.1");
    return names;
  }

  /** An address of IPv6, which can be written in many ways, as it is read from a certificate. */
  private static String asRead(String host) {
    return host.indexOf(':') < 0 ? host : InetAddress.ofLiteral(host).getHostAddress();
  }
}
