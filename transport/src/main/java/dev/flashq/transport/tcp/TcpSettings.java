package dev.flashq.transport.tcp;

import dev.flashq.transport.TransportLimits;
import java.net.InetSocketAddress;

/**
 * Where and how the TCP protocol is served.
 *
 * @param address port 0: any free one
 * @param threads event loops
 */
public record TcpSettings(InetSocketAddress address, int threads, TransportLimits limits) {
  public static TcpSettings at(InetSocketAddress address) {
    return new TcpSettings(address, 2, TransportLimits.DEFAULTS);
  }
}
