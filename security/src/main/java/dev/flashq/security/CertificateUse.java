package dev.flashq.security;

import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a certificate is good for. */
public enum CertificateUse {
  /** A node shows it at its client ports. */
  SERVER(KeyPurposeId.id_kp_serverAuth),
  /** A client shows it to a node. */
  CLIENT(KeyPurposeId.id_kp_clientAuth),
  /** Members of a cluster show it to each other, in both directions. */
  PEER(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);

  private final List<KeyPurposeId> purposes;

  CertificateUse(KeyPurposeId... purposes) {
    this.purposes = List.of(purposes);
  }

  KeyPurposeId[] purposes() {
    return purposes.toArray(KeyPurposeId[]::new);
  }
}
