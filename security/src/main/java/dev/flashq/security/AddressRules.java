package dev.flashq.security;

import java.net.InetAddress;
import java.util.List;

/**
 * From which addresses a port is used.
 *
 * @param allow none: from all
 * @param deny those that are refused also when they are allowed
 */
public record AddressRules(List<Cidr> allow, List<Cidr> deny) {
  /** Everybody may use the port. */
  public static final AddressRules OPEN = new AddressRules(List.of(), List.of());

  public AddressRules {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  public boolean admit(InetAddress address) {
    return (allow.isEmpty() || contains(allow, address)) && !contains(deny, address);
  }

  /** Whether the address is in one of the networks. */
  public static boolean contains(List<Cidr> networks, InetAddress address) {
    for (Cidr network : networks) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
