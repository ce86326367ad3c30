package dev.flashq.transport.connection;

import dev.flashq.security.Cidr;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Predicate;

/**
 * The header field X-Forwarded-For: each proxy adds at its end from whom it has the request, so
 * that it is to be believed from there up to the first one who is not trusted.
 */
final class ForwardedFor {
  private ForwardedFor() {}

  /**
   * Whom a request comes from.
   *
   * @param proxy a trusted one, which has sent it
   * @param fields values of the field, in their order
   */
  static InetAddress client(
      InetAddress proxy, List<String> fields, Predicate<InetAddress> trusted) {
    InetAddress client = proxy;
    String[] names = String.join(",", fields).split(",", -1);
    for (int i = names.length - 1; i >= 0 && trusted.test(client); i--) {
      try {
        client = address(names[i].strip());
      } catch (IllegalArgumentException _) {
        return client;
      }
    }
    return client;
  }

  /** Some proxies add the port. */
  private static InetAddress address(String name) {
    int bracket = name.indexOf(']');
    if (name.startsWith("[") && bracket > 0) {
      return Cidr.address(name.substring(1, bracket));
    }
    int colon = name.indexOf(':');
    boolean port = colon > 0 && colon == name.lastIndexOf(':') && name.indexOf('.') > 0;
    return Cidr.address(port ? name.substring(0, colon) : name);
  }
}
