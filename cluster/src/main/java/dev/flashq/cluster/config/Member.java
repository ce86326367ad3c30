package dev.flashq.cluster.config;

import java.util.regex.Pattern;

/** A node of the cluster and the address at which its peers reach it. */
public record Member(String id, String host, int port) {
  /** It stands in a certificate as the name of a host does. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?");

  /** What a node's id looks like. */
  public static final String ID_FORM =
      "1 to 63 letters, digits, dots and hyphens, a letter or digit first and last";

  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  public Member {
    if (!isId(id)) {
      throw new IllegalArgumentException("A node id has " + ID_FORM + ", unlike '" + id + "'");
    }
    if (host.isBlank()) {
      throw new IllegalArgumentException("Node " + id + " has no host");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "The port of node " + id + " is between 1 and 65535, unlike " + port);
    }
  }

  public String address() {
    return address(host, port);
  }

  /** Host and port in one text, an address of IPv6 in brackets. */
  public static String address(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
