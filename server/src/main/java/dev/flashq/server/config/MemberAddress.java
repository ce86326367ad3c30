package dev.flashq.server.config;

import dev.flashq.cluster.config.Member;
import java.net.Inet6Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A member of the cluster and where it listens: {@code id@host:peer-port/tcp-port/http-port}.
 *
 * @param host a name or an address; of IPv6 without the brackets that it is written in
 */
public record MemberAddress(String id, String host, int peerPort, int tcpPort, int httpPort) {
  private static final Pattern FORM =
      Pattern.compile(
          "([^@]*)@([A-Za-z0-9_.\\-]{1,253}|\\[[0-9a-fA-F:.]{2,45}]):(\\d{1,5})/(\\d{1,5})/(\\d{1,5})");

  static MemberAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Parsers.expect(
        matcher.matches(),
        "members like n1@127.0.0.1:7789/6789/6790 (id@host:peer/tcp/http ports)");
    Parsers.expect(Member.isId(matcher.group(1)), "ids of members of " + Member.ID_FORM);
    return new MemberAddress(
        matcher.group(1),
        withoutBrackets(matcher.group(2)),
        port(matcher.group(3)),
        port(matcher.group(4)),
        port(matcher.group(5)));
  }

  private static String withoutBrackets(String host) {
    return host.startsWith("[") ? ofIpv6(host.substring(1, host.length() - 1)) : host;
  }

  private static String ofIpv6(String address) {
    try {
      var _ = Inet6Address.ofLiteral(address);
      return address;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("addresses of IPv6 between brackets", e);
    }
  }

  private String address(int port) {
    return Member.address(host, port);
  }

  private static int port(String text) {
    int port = Integer.parseInt(text);
    Parsers.expect(port >= 1 && port <= 65_535, "ports between 1 and 65535");
    return port;
  }

  String peerAddress() {
    return address(peerPort);
  }

  public String tcpAddress() {
    return address(tcpPort);
  }

  public String httpAddress() {
    return address(httpPort);
  }

  @Override
  public String toString() {
    return id + "@" + address(peerPort) + "/" + tcpPort + "/" + httpPort;
  }
}
