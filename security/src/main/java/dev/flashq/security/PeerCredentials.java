package dev.flashq.security;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * What a node shows to its peers, which at a client port are the clients, and whom it trusts; taken
 * from its files again at each refresh. Connections that are there go on with what they began with.
 */
public final class PeerCredentials {
  /** How long before the end somebody should know: 30 days, of a short life the last third. */
  private static final Duration NOTICE = Duration.ofDays(30);

  private final Supplier<? extends CertificateFiles> source;
  private final NewestKey key;
  private final NewestTrust trust;
  private CertificateFiles files;

  /** Of the files from which the current ones were read. */
  private List<String> stamps;

  private volatile Credentials current;

  /** What a refresh has led to. */
  public sealed interface Refresh {
    /** The files hold what is in use. */
    record Unchanged() implements Refresh {}

    /** New handshakes use what the files hold now. */
    record Replaced(Instant expiresAt) implements Refresh {}

    /**
     * What is in use stays, because the files are not good.
     *
     * @param sentence for the operator
     * @param stamps tell one state of the files from another
     */
    record Refused(String sentence, List<String> stamps) implements Refresh {}
  }

  /** Fails with {@link InvalidCertificateException} when the node cannot start with the files. */
  public PeerCredentials(CertificateSource source, Instant now) {
    this(now, source::renewed);
  }

  /** The same for what is shown at client ports. */
  public PeerCredentials(PortCertificates files, Instant now) {
    this(now, () -> files);
  }

  private PeerCredentials(Instant now, Supplier<? extends CertificateFiles> source) {
    this.source = source;
    this.files = source.get();
    this.stamps = files.stamps();
    this.current = files.read();
    files.validate(current, now);
    this.key = new NewestKey(current);
    this.trust = new NewestTrust(files.trust(current));
  }

  /** Takes over what the files hold when it differs from what is in use and is good as a whole. */
  public synchronized Refresh refresh(Instant now) {
    try {
      files = source.get();
      List<String> latest = files.stamps();
      if (latest.equals(stamps)) {
        return new Refresh.Unchanged();
      }
      Refresh refresh = take(files.read(), now);
      stamps = latest;
      return refresh;
    } catch (InvalidCertificateException e) {
      return new Refresh.Refused(String.valueOf(e.getMessage()), files.stamps());
    } catch (UncheckedIOException e) {
      return new Refresh.Refused(e.getMessage() + ": " + e.getCause(), files.stamps());
    }
  }

  private Refresh take(Credentials found, Instant now) {
    if (found.equals(current)) {
      return new Refresh.Unchanged();
    }
    files.validate(found, now);
    trust.rely(files.trust(found));
    key.show(found);
    current = found;
    return new Refresh.Replaced(expiresAt());
  }

  /** Shows the node's newest certificate and its chain, and proves that the key is at hand. */
  public X509ExtendedKeyManager keyManager() {
    return key;
  }

  /** Trusts whoever has a certificate of the newest authorities, and nobody else. */
  public X509ExtendedTrustManager trustManager() {
    return trust;
  }

  /** When the certificate in use ends. */
  public Instant expiresAt() {
    return current.own().getNotAfter().toInstant();
  }

  /** Whether somebody should see to a new certificate. */
  public boolean endsSoon(Instant now) {
    Instant end = expiresAt();
    Duration third = Duration.between(current.own().getNotBefore().toInstant(), end).dividedBy(3);
    Duration notice = third.compareTo(NOTICE) < 0 ? third : NOTICE;
    return now.isAfter(end.minus(notice));
  }
}
