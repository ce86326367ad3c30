package dev.flashq.security.secrets;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;

/** Addresses to which secrets may be sent and from which they may come. */
public final class StoreAddress {
  private StoreAddress() {}

  /**
   * The address, without slashes at its end; it has https unless it is of this machine.
   *
   * @param key of the configuration
   */
  public static URI checked(String key, String text) throws SecretException {
    try {
      URI address = URI.create(text.replaceAll("/+$", ""));
      String host = address.getHost();
      if (host != null
          && address.getUserInfo() == null
          && address.getQuery() == null
          && address.getFragment() == null
          && ("https".equals(address.getScheme())
              || ("http".equals(address.getScheme()) && isThisMachine(host)))) {
        return address;
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    throw new SecretException(
        key
            + " is not an address as https://store.example.com:8200; http is for this machine only");
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost")
        || (host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]") && isLoopback(host));
  }

  /** Of an address in digits, which is looked up nowhere. */
  private static boolean isLoopback(String digits) {
    try {
      return InetAddress.getByName(digits).isLoopbackAddress();
    } catch (IOException _) {
      return false;
    }
  }
}
