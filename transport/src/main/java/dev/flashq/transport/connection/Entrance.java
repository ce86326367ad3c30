package dev.flashq.transport.connection;

import dev.flashq.security.AddressRules;
import dev.flashq.security.Cidr;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in at a port, and how.
 *
 * @param tls null when the port is plain
 * @param rules asked of the client's own address, before anything else is read
 * @param proxies who is believed when it names the client that it speaks for
 */
public record Entrance(TlsMode mode, @Nullable Tls tls, AddressRules rules, List<Cidr> proxies) {
  /** Everybody may come in, and nothing is encrypted. */
  public static final Entrance OPEN = new Entrance(TlsMode.OFF, null, AddressRules.OPEN, List.of());

  public Entrance {
    if ((tls == null) != (mode == TlsMode.OFF)) {
      throw new IllegalArgumentException("TLS takes a certificate");
    }
    proxies = List.copyOf(proxies);
  }

  boolean trusts(InetAddress address) {
    return AddressRules.contains(proxies, address);
  }
}
