package dev.flashq.security;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A network: all addresses with the same first bits. An address of IPv4 that is written as one of
 * IPv6 ({@code ::ffff:10.0.0.1}) is the address of IPv4; otherwise the two have nothing in common.
 *
 * @param address lowest address of the network
 * @param bits how many of its bits, from the first, an address must have
 */
public record Cidr(InetAddress address, int bits) {
  /** Bits in front of an address of IPv4 that is written as one of IPv6. */
  private static final int MAPPED_BITS = 96;

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern BITS = Pattern.compile("\\d{1,3}");
  private static final String EXPECTED = "a network like 10.0.0.0/8 or fd00::/8, or an address";

  public Cidr {
    byte[] bytes = address.getAddress();
    if (bits < 0 || bits > Byte.SIZE * bytes.length) {
      throw new IllegalArgumentException(EXPECTED);
    }
    for (int bit = bits; bit < Byte.SIZE * bytes.length; bit++) {
      if ((bytes[bit / Byte.SIZE] & (0x80 >> bit % Byte.SIZE)) != 0) {
        throw new IllegalArgumentException(
            "a network whose address is zero after the first " + bits + " bits");
      }
    }
  }

  /**
   * Reads {@code address/bits}, or an address alone. Fails with {@link IllegalArgumentException}
   * whose message says what is expected.
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String name = slash < 0 ? text : text.substring(0, slash);
    InetAddress address = address(name);
    int all = Byte.SIZE * address.getAddress().length;
    if (slash < 0) {
      return new Cidr(address, all);
    }
    String length = text.substring(slash + 1);
    if (!BITS.matcher(length).matches()) {
      throw new IllegalArgumentException(EXPECTED);
    }
    boolean mapped = address instanceof Inet4Address && name.indexOf(':') >= 0;
    return new Cidr(address, Integer.parseInt(length) - (mapped ? MAPPED_BITS : 0));
  }

  /**
   * An address in digits, never a name that would have to be looked up. Fails with {@link
   * IllegalArgumentException} when it is none.
   */
  public static InetAddress address(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      throw new IllegalArgumentException(EXPECTED);
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(EXPECTED, e);
    }
  }

  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (mine[i] != theirs[i]) {
        return false;
      }
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || (mine[whole] ^ theirs[whole]) >> (Byte.SIZE - rest) == 0;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + bits;
  }
}
