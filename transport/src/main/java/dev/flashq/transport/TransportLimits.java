package dev.flashq.transport;

import dev.flashq.protocol.Limits;

/**
 * How much one server takes on at a time; see the constants of {@link Limits} of the same names.
 *
 * @param connections open connections; further ones are closed at once
 * @param authenticationMs how long a connection may go without a token where tokens are configured
 * @param frameMs how long a larger frame, line or body may take to arrive
 * @param shutdownMs how long {@code close()} waits for open requests, and how long a client that
 *     has been told to go may take nothing of what is left for it
 */
public record TransportLimits(
    int connections,
    int commandsPerConnection,
    long requestBytesPerConnection,
    int commands,
    long requestBytes,
    int waits,
    long unreadBytesPerConnection,
    long unreadBytes,
    long assemblyBytes,
    long authenticationMs,
    long frameMs,
    long shutdownMs) {

  public static final TransportLimits DEFAULTS =
      new TransportLimits(
          Limits.CONNECTIONS,
          Limits.COMMANDS_PER_CONNECTION,
          Limits.REQUEST_BYTES_PER_CONNECTION,
          Limits.COMMANDS_IN_FLIGHT,
          Limits.REQUEST_BYTES_IN_FLIGHT,
          Limits.WAITS,
          Limits.UNREAD_BYTES_PER_CONNECTION,
          Limits.UNREAD_BYTES,
          Limits.ASSEMBLY_BYTES,
          Limits.AUTHENTICATION_MS,
          Limits.FRAME_MS,
          Limits.SHUTDOWN_MS);

  public TransportLimits withConnections(int most) {
    return new TransportLimits(
        most,
        commandsPerConnection,
        requestBytesPerConnection,
        commands,
        requestBytes,
        waits,
        unreadBytesPerConnection,
        unreadBytes,
        assemblyBytes,
        authenticationMs,
        frameMs,
        shutdownMs);
  }
}
