package dev.flashq.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whom or what a certificate is about. */
public final class CertificateNames {
  private CertificateNames() {}

  /** Its subject's alternative names, which are DNS names and IP addresses as a rule. */
  public static Set<String> alternatives(X509Certificate certificate)
      throws CertificateParsingException {
    var names = new HashSet<String>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      alternatives.forEach(name -> names.add(String.valueOf(name.get(1))));
    }
    return names;
  }
}
