package dev.flashq.transport.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostPeersTest {
  private static final int PORT = 6789;
  private static final long LIMIT_MS = 60_000;
  private static final InetSocketAddress OLD = peer("192.0.2.7", 40_001);
  private static final InetSocketAddress NEW = peer("2001:db8::7", 40_002);

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong(1);

  @Test
  void findsThoseThatConfirmNothingForTheWholeTime() throws IOException {
    Path table = folder.resolve("tcp");
    Path table6 = folder.resolve("tcp6");
    var peers = new LostPeers(List.of(table, table6), LIMIT_MS, now::get);

    write(table, row(PORT, OLD, 3), row(PORT, peer("192.0.2.8", 40_003), 0));
    write(table6, row(PORT, NEW, 1));
    assertThat(peers.look(PORT)).isEmpty();
    now.addAndGet(LIMIT_MS - 1);
    assertThat(peers.look(PORT)).isEmpty();
    now.addAndGet(1);
    assertThat(peers.look(PORT)).containsExactlyInAnyOrder(OLD, NEW);
  }

  @Test
  void forgetsWhoConfirmedSomethingMeanwhile() throws IOException {
    Path table = folder.resolve("tcp");
    var peers = new LostPeers(List.of(table), LIMIT_MS, now::get);

    write(table, row(PORT, OLD, 3));
    assertThat(peers.look(PORT)).isEmpty();
    now.addAndGet(LIMIT_MS / 2);
    write(table, row(PORT, OLD, 0));
    assertThat(peers.look(PORT)).isEmpty();
    now.addAndGet(LIMIT_MS / 2);
    write(table, row(PORT, OLD, 1));
    assertThat(peers.look(PORT)).isEmpty();
    now.addAndGet(LIMIT_MS);
    assertThat(peers.look(PORT)).containsExactly(OLD);
  }

  @Test
  void looksAtItsOwnPortOnly() throws IOException {
    Path table = folder.resolve("tcp");
    var peers = new LostPeers(List.of(table), 0, now::get);
    write(table, row(PORT + 1, OLD, 3));
    assertThat(peers.look(PORT)).isEmpty();
  }

  @Test
  void findsNobodyWhereThereAreNoTables() throws IOException {
    assertThat(new LostPeers(List.of(folder.resolve("tcp")), 0, now::get).look(PORT)).isEmpty();
  }

  private static InetSocketAddress peer(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private static void write(Path table, String... rows) throws IOException {
    Files.writeString(
        table, "  sl  local_address rem_address   st tx_queue\n" + String.join("\n", rows) + "\n");
  }

  /** As Linux writes it. */
  private static String row(int port, InetSocketAddress peer, int sentAgain) {
    return " 117: %s:%04X %s:%04X 01 0000001A:00000000 01:00000C2E %08X     0        0 1561 3 0000000000000000 1630 4 20 10 -1"
        .formatted(
            words(InetAddress.ofLiteral("192.0.2.1")),
            port,
            words(peer.getAddress()),
            peer.getPort(),
            sentAgain);
  }

  private static String words(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress()).order(ByteOrder.nativeOrder());
    StringBuilder words = new StringBuilder();
    while (bytes.hasRemaining()) {
      words.append(HexFormat.of().withUpperCase().toHexDigits(bytes.getInt()));
    }
    return words.toString();
  }
}
