package dev.flashq.security;

import java.time.Instant;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;

/** Files that credentials are read from, or what stands elsewhere in their place. */
public interface CertificateFiles {
  /** Reads each file once; whether they fit together is left to {@link #validate}. */
  Credentials read();

  /** Fails with a sentence that names the file and what is wrong with it. */
  void validate(Credentials found, Instant now);

  /** Trusts whoever the authorities vouch for. */
  X509ExtendedTrustManager trust(Credentials credentials);

  /** They differ when a file holds something else. */
  List<String> stamps();
}
