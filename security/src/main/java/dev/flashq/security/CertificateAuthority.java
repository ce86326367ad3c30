package dev.flashq.security;

import dev.flashq.security.secrets.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * An authority in a folder, by which an operator makes certificates. No file that is there is ever
 * written over. Failures are {@link InvalidCertificateException} with a sentence for the operator.
 */
public final class CertificateAuthority {
  /** Longest life of a certificate in days, of which many clients take no more. */
  public static final int MAX_DAYS = 825;

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
  private static final String HOST = "(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?";

  private final CertificateIssuer issuer;

  private CertificateAuthority(CertificateIssuer issuer) {
    this.issuer = issuer;
  }

  /**
   * What a certificate says.
   *
   * @param name of whom it is for; the subject is {@code CN=name}, and files are named by it
   * @param hosts DNS names and addresses under which it is reached
   */
  public record Holder(CertificateUse use, String name, Set<String> hosts) {
    public Holder {
      requireName(name);
      hosts = Set.copyOf(hosts);
      hosts.forEach(Holder::requireHost);
      if (use == CertificateUse.SERVER && hosts.isEmpty()) {
        throw new InvalidCertificateException(
            "A server's certificate takes the names or addresses under which it is reached");
      }
    }

    private static void requireHost(String host) {
      if (!host.matches(HOST) && !isAddress(host)) {
        throw new InvalidCertificateException(
            "'" + host + "' is neither a host name nor an address");
      }
    }

    private static boolean isAddress(String host) {
      try {
        Cidr.address(host);
        return true;
      } catch (IllegalArgumentException _) {
        return false;
      }
    }
  }

  private static void requireName(String name) {
    if (!name.matches(NAME)) {
      throw new InvalidCertificateException(
          "'" + name + "' is no name of 1 to 63 letters, digits, '.', '_' or '-'");
    }
  }

  /** Makes an authority: {@code ca.pem} and {@code ca-key.pem}; answers the files. */
  public static List<Path> create(Path folder, InstantSource clock) throws IOException {
    KeyPair keys = CertificateIssuer.newKeys();
    X509Certificate ca = CertificateIssuer.selfSigned("flashQ CA", keys, clock.instant());
    return write(folder, "ca", keys.getPrivate(), ca);
  }

  public static CertificateAuthority open(Path folder, InstantSource clock) {
    Path certificate = folder.resolve("ca.pem");
    Path key = folder.resolve("ca-key.pem");
    X509Certificate ca = PemFiles.certificates(certificate).getFirst();
    PrivateKey caKey = PemFiles.privateKey(key);
    CertificateChecks.requireValidAt(clock.instant(), ca, Secret.ofFile(certificate));
    CertificateChecks.requireMatch(ca, caKey, Secret.ofFile(certificate), Secret.ofFile(key));
    return new CertificateAuthority(new CertificateIssuer(ca, caKey, clock));
  }

  /** Makes a key and its certificate, {@code name-key.pem} and {@code name.pem}. */
  public List<Path> issue(Holder holder, int days, Path folder) throws IOException {
    KeyPair keys = CertificateIssuer.newKeys();
    return write(
        folder, holder.name(), keys.getPrivate(), certificate(holder, keys.getPublic(), days));
  }

  /**
   * Makes the certificate {@code name.pem} for whoever has made a request. Nothing of the request
   * but its key is taken: what the certificate says is for the operator to know.
   */
  public List<Path> sign(Path request, Holder holder, int days, Path folder) throws IOException {
    PublicKey key = CertificateRequest.keyOf(request);
    Path file = folder.resolve(holder.name() + ".pem");
    prepare(folder, file);
    PemFiles.writeNew(file, certificate(holder, key, days));
    return List.of(file);
  }

  private X509Certificate certificate(Holder holder, PublicKey key, int days) {
    return issuer.issue(holder, key, Duration.ofDays(days));
  }

  /**
   * Makes a key and a request that some authority can sign, {@code name-key.pem} and {@code
   * name-request.pem}.
   */
  public static List<Path> request(Holder holder, Path folder) throws IOException {
    KeyPair keys = CertificateIssuer.newKeys();
    Path key = folder.resolve(holder.name() + "-key.pem");
    Path request = folder.resolve(holder.name() + "-request.pem");
    prepare(folder, key, request);
    PemFiles.writeNew(key, keys.getPrivate());
    PemFiles.writeNew(request, CertificateRequest.of(holder, keys));
    return List.of(key, request);
  }

  private static List<Path> write(
      Path folder, String name, PrivateKey key, X509Certificate certificate) throws IOException {
    Path keyFile = folder.resolve(name + "-key.pem");
    Path certificateFile = folder.resolve(name + ".pem");
    prepare(folder, keyFile, certificateFile);
    PemFiles.writeNew(keyFile, key);
    PemFiles.writeNew(certificateFile, certificate);
    return List.of(keyFile, certificateFile);
  }

  private static void prepare(Path folder, Path... files) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (Path file : files) {
      if (Files.exists(file)) {
        throw new InvalidCertificateException(file + " is there already");
      }
    }
  }
}
