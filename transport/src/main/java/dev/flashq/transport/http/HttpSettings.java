package dev.flashq.transport.http;

import dev.flashq.transport.TransportLimits;
import java.net.InetSocketAddress;

/**
 * Where and how the HTTP API is served.
 *
 * @param address port 0: any free one
 * @param threads event loops
 */
public record HttpSettings(InetSocketAddress address, int threads, TransportLimits limits) {
  public static HttpSettings at(InetSocketAddress address) {
    return new HttpSettings(address, 1, TransportLimits.DEFAULTS);
  }
}
