package dev.flashq.security;

/** Where the certificate files of a node come from; asked at its start and at each refresh. */
@FunctionalInterface
public interface CertificateSource {

  /** The files, after what is renewed here has been renewed. */
  CertificateFiles renewed();
}
