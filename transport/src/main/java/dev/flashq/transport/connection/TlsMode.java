package dev.flashq.transport.connection;

/** What a port makes of TLS. */
public enum TlsMode {
  /** The port is plain. */
  OFF,
  /** Each client begins as it likes, and the first byte tells. */
  OPTIONAL,
  /** A client that begins plain is told that it must not. */
  REQUIRED
}
