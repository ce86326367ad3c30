package dev.flashq.transport.connection;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Peers that confirm nothing of what they were sent, because their machine is gone. No probe is
 * sent to such a one while something is unconfirmed, and the kernel sends it again for a quarter of
 * an hour; Java cannot set that another limit (TCP_USER_TIMEOUT). Linux shows in a table how often
 * it has done so since it last heard of the peer. A peer that is only slow, or stands still, is on
 * a machine that confirms.
 */
final class LostPeers {
  /** What the kernel says of the connections of this process's network. */
  static final List<Path> TABLES =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

  private static final Pattern SPACE = Pattern.compile(" +");
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int SENT_AGAIN = 6;

  private static final int HEX = 16;
  private static final int WORD_DIGITS = 8;

  private final List<Path> tables;
  private final long limitMs;
  private final LongSupplier elapsedMs;
  private Map<InetSocketAddress, Long> since = Map.of();

  /**
   * @param tables which need not exist; then nobody is found
   * @param limitMs how long nothing may be confirmed
   */
  LostPeers(List<Path> tables, long limitMs, LongSupplier elapsedMs) {
    this.tables = List.copyOf(tables);
    this.limitMs = limitMs;
    this.elapsedMs = elapsedMs;
  }

  static LostPeers after(long limitMs) {
    return new LostPeers(TABLES, limitMs, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /**
   * Who was found unconfirming at every look for as long as the limit. To be asked several times in
   * that time, by one thread.
   *
   * @param port of this end
   */
  Set<InetSocketAddress> look(int port) throws IOException {
    long now = elapsedMs.getAsLong();
    Map<InetSocketAddress, Long> found = new HashMap<>();
    for (Path table : tables) {
      if (Files.exists(table)) {
        read(table, port, now, found);
      }
    }
    since = found;
    return found.entrySet().stream()
        .filter(peer -> now - peer.getValue() >= limitMs)
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  private void read(Path table, int port, long now, Map<InetSocketAddress, Long> found)
      throws IOException {
    try (BufferedReader lines = Files.newBufferedReader(table, StandardCharsets.US_ASCII)) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] row = SPACE.split(line.strip());
        if (row.length > SENT_AGAIN
            && port(row[LOCAL]) == port
            && Long.parseLong(row[SENT_AGAIN], HEX) > 0) {
          InetSocketAddress peer = address(row[REMOTE]);
          found.put(peer, since.getOrDefault(peer, now));
        }
      }
    }
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1), HEX);
  }

  /** Words of four bytes in the machine's order, as digits. */
  private static InetSocketAddress address(String words) throws IOException {
    int digits = words.indexOf(':');
    ByteBuffer bytes = ByteBuffer.allocate(digits / 2).order(ByteOrder.nativeOrder());
    for (int at = 0; at < digits; at += WORD_DIGITS) {
      bytes.putInt(Integer.parseUnsignedInt(words, at, at + WORD_DIGITS, HEX));
    }
    return new InetSocketAddress(InetAddress.getByAddress(bytes.array()), port(words));
  }
}
