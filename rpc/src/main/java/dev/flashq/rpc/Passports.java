package dev.flashq.rpc;

import dev.flashq.security.CertificateNames;
import dev.flashq.security.PeerCredentials;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Whose certificate it is. One that names the id of a member (as its common name or among its
 * alternative names) is that member's alone; one that names none is the member's whose host it
 * names.
 */
final class Passports {
  private final PeerCredentials credentials;
  private final List<PeerAddress> members;

  Passports(PeerCredentials credentials, List<PeerAddress> members) {
    this.credentials = credentials;
    this.members = members;
  }

  /**
   * Empty when the other one is the member; otherwise why not. An authority that is not trusted any
   * more vouches for nobody, also when the session is an earlier one that goes on.
   */
  Optional<String> refuse(SSLEngine engine, PeerAddress member) {
    try {
      X509Certificate[] chain = chain(engine.getSession().getPeerCertificates());
      credentials.trustManager().checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
      return belongs(chain[0], member)
          ? Optional.empty()
          : Optional.of("its certificate is that of somebody else: " + names(chain[0]));
    } catch (SSLPeerUnverifiedException _) {
      return Optional.of("it has no certificate");
    } catch (CertificateException e) {
      return Optional.of("its certificate is not trusted: " + e.getMessage());
    }
  }

  private static X509Certificate[] chain(Certificate[] certificates) {
    var chain = new X509Certificate[certificates.length];
    for (int i = 0; i < chain.length; i++) {
      chain[i] = (X509Certificate) certificates[i];
    }
    return chain;
  }

  private boolean belongs(X509Certificate certificate, PeerAddress member)
      throws CertificateParsingException {
    Set<String> names = names(certificate);
    boolean namesAnybody = members.stream().anyMatch(one -> names.contains(one.id()));
    return names.contains(namesAnybody ? member.id() : member.host());
  }

  private static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
    Set<String> names = CertificateNames.alternatives(certificate);
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (part.getType().equalsIgnoreCase("CN")) {
          names.add(String.valueOf(part.getValue()));
        }
      }
    } catch (InvalidNameException _) {
      // It has no common name then.
    }
    return names;
  }
}
