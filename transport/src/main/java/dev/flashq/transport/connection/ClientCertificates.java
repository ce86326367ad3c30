package dev.flashq.transport.connection;

import io.netty.handler.ssl.ClientAuth;

/** Whether clients are asked for a certificate in the handshake. */
public enum ClientCertificates {
  OFF(ClientAuth.NONE),
  /** Who has one shows it; a wrong one ends the handshake. */
  OPTIONAL(ClientAuth.OPTIONAL),
  REQUIRED(ClientAuth.REQUIRE);

  final ClientAuth asked;

  ClientCertificates(ClientAuth asked) {
    this.asked = asked;
  }
}
