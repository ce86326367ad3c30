package dev.flashq.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.rpc.Frame.Type;
import dev.flashq.security.CertificateSource;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCredentials;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerNetworkTest {
  private static final String LOOPBACK = "127.0.0.1";
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final int MESSAGE_BYTES = 20 * 1024 * 1024;
  private static final int ECHO = 1;
  private static final int SILENT = 2;
  private static final int FAULTY = 3;
  private static final int TAKEN = 4;

  @TempDir Path folder;

  private final Map<String, PeerAddress> addresses = new TreeMap<>();
  private final Map<String, PeerNetwork> networks = new TreeMap<>();
  private final Queue<String> lost = new ConcurrentLinkedQueue<>();
  private final Queue<Integer> arrived = new ConcurrentLinkedQueue<>();

  /** Answers what it is told, or nothing. */
  private final PeerHandler handler =
      new PeerHandler() {
        @Override
        public void called(String member, int kind, byte[] message, Answer answer) {
          arrived.add(message.length);
          switch (kind) {
            case ECHO -> answer.send(Message.of(message));
            case SILENT -> {}
            case TAKEN -> answer.send(Message.EMPTY);
            default ->
                throw new IllegalStateException("what " + member + " says is not understood");
          }
        }

        @Override
        public void lost(String member) {
          lost.add(member);
        }
      };

  private CertificateSource certificates(String id, String authority) {
    return new DevelopmentCa(folder.resolve(authority), InstantSource.system())
        .certificatesOf(id, List.of(LOOPBACK));
  }

  private PeerCredentials credentials(String id, String authority) {
    return new PeerCredentials(certificates(id, authority), Instant.now());
  }

  private void members(String... ids) throws IOException {
    for (String id : ids) {
      try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral(LOOPBACK))) {
        addresses.put(id, new PeerAddress(id, LOOPBACK, socket.getLocalPort()));
      }
    }
  }

  private RpcSettings settings(String id, UUID cluster) {
    return new RpcSettings(cluster, address(id), List.copyOf(addresses.values()), MESSAGE_BYTES);
  }

  private PeerNetwork start(String id) throws IOException {
    return start(id, settings(id, CLUSTER), credentials(id, "ca"));
  }

  private PeerNetwork start(String id, RpcSettings settings, PeerCredentials credentials)
      throws IOException {
    var network = new PeerNetwork(settings, credentials, handler);
    networks.put(id, network);
    network.start();
    return network;
  }

  private PeerNetwork network(String id) {
    return requireNonNull(networks.get(id));
  }

  private PeerAddress address(String id) {
    return requireNonNull(addresses.get(id));
  }

  private void stop(String id) {
    requireNonNull(networks.remove(id)).close();
  }

  @AfterEach
  void stopAll() {
    networks.values().forEach(PeerNetwork::close);
  }

  private void awaitConnected(String from, String to) {
    await().until(() -> network(from).isConnected(to));
  }

  private CompletableFuture<byte[]> call(
      String from, String to, int kind, Lane lane, byte[] message, long timeoutMs) {
    return network(from).ask(to, kind, lane, Message.of(message), timeoutMs);
  }

  private CompletableFuture<byte[]> call(String from, String to, int kind) {
    return call(from, to, kind, Lane.ORDERED, "words".getBytes(UTF_8), 5_000);
  }

  /** Makes calls of n1 on its event loop, so that all are there before the first is written. */
  private List<CompletableFuture<byte[]>> atOnce(Supplier<List<CompletableFuture<byte[]>>> calls)
      throws Exception {
    var made = new CompletableFuture<List<CompletableFuture<byte[]>>>();
    network("n1").execute(() -> made.complete(calls.get()));
    return made.get(5, TimeUnit.SECONDS);
  }

  private static CallFailedException failure(CompletableFuture<byte[]> answer) throws Exception {
    try {
      answer.get(10, TimeUnit.SECONDS);
      throw new AssertionError("it was answered");
    } catch (ExecutionException e) {
      return (CallFailedException) requireNonNull(e.getCause());
    }
  }

  @Test
  void membersCallEachOtherInOrder() throws Exception {
    members("n1", "n2", "n3");
    for (String id : addresses.keySet()) {
      start(id);
    }
    for (String from : addresses.keySet()) {
      for (String to : addresses.keySet()) {
        if (!from.equals(to)) {
          awaitConnected(from, to);
          assertThat(call(from, to, ECHO).get(5, TimeUnit.SECONDS)).asString().isEqualTo("words");
        }
      }
    }
    arrived.clear();
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int size = 0; size < 2_000; size++) {
      answers.add(call("n1", "n2", ECHO, Lane.ORDERED, new byte[size], 5_000));
    }
    for (int size = 0; size < 2_000; size++) {
      assertThat(answers.get(size).get(5, TimeUnit.SECONDS)).hasSize(size);
    }
    assertThat(List.copyOf(arrived)).isSorted();
  }

  @Test
  void whatIsUrgentOvertakesWhatIsLarge() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    var large = new byte[MESSAGE_BYTES];
    new Random(5).nextBytes(large);
    List<CompletableFuture<byte[]>> answers =
        atOnce(
            () ->
                List.of(
                    call("n1", "n2", ECHO, Lane.BULK, large, 30_000),
                    call("n1", "n2", SILENT, Lane.ORDERED, large, 30_000),
                    call("n1", "n2", ECHO, Lane.URGENT, new byte[1], 5_000)));
    CompletableFuture<byte[]> first = answers.get(0);
    CompletableFuture<byte[]> second = answers.get(1);
    assertThat(answers.get(2).get(5, TimeUnit.SECONDS)).hasSize(1);
    assertThat(arrived.peek()).as("bytes of what arrived first").isEqualTo(1);
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(large);
    assertThat(second).isNotDone();
  }

  @Test
  void aCallEndsWithASentenceWhenItsHandlerFails() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    CallFailedException failure = failure(call("n1", "n2", FAULTY));
    assertThat(failure).hasMessageContaining("what n1 says is not understood");
    assertThat(failure.isCertainlyNotSent()).isFalse();
    assertThat(call("n1", "n2", ECHO).get(5, TimeUnit.SECONDS)).isNotEmpty();
  }

  @Test
  void aCallWithoutAnAnswerEndsInTime() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    CompletableFuture<byte[]> patient = call("n1", "n2", SILENT, Lane.ORDERED, new byte[1], 60_000);
    CompletableFuture<byte[]> hasty = call("n1", "n2", SILENT, Lane.ORDERED, new byte[1], 50);
    CallFailedException failure = failure(hasty);
    assertThat(failure).hasMessageContaining("in time");
    assertThat(failure.isCertainlyNotSent()).isFalse();
    assertThat(patient).isNotDone();
  }

  @Test
  void aMemberThatIsGoneIsCalledAgainWhenItIsBack() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    awaitConnected("n2", "n1");
    CompletableFuture<byte[]> open = call("n1", "n2", SILENT);
    await().until(() -> arrived.size() == 1);
    stop("n2");
    assertThat(failure(open).isCertainlyNotSent()).isFalse();
    await().until(() -> lost.contains("n2"));
    await().until(() -> !network("n1").isConnected("n2"));
    CallFailedException failure = failure(call("n1", "n2", ECHO));
    assertThat(failure).hasMessageContaining("no connection with n2");
    assertThat(failure.isCertainlyNotSent()).isTrue();
    start("n2");
    awaitConnected("n1", "n2");
    assertThat(call("n1", "n2", ECHO).get(5, TimeUnit.SECONDS)).isNotEmpty();
  }

  @Test
  void aConnectionCanBeMadeAnew() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    CompletableFuture<byte[]> open = call("n1", "n2", SILENT);
    await().until(() -> arrived.size() == 1);
    network("n1").renew("n2");
    assertThat(failure(open)).hasMessageContaining("made anew");
    awaitConnected("n1", "n2");
    assertThat(call("n1", "n2", ECHO).get(5, TimeUnit.SECONDS)).isNotEmpty();
  }

  @Test
  void onlyAMemberIsTakenForOne() throws Exception {
    members("n1", "n2", "n3");
    start("n1");
    start("n2", settings("n2", CLUSTER), credentials("n3", "ca"));
    start("n3", settings("n3", new UUID(1, 3)), credentials("n3", "ca"));
    await()
        .during(1, TimeUnit.SECONDS)
        .atMost(2, TimeUnit.SECONDS)
        .until(() -> networks.values().stream().noneMatch(this::isConnectedToFirst));
    assertThat(network("n1").isConnected("n2")).as("shows the certificate of n3").isFalse();
    assertThat(network("n1").isConnected("n3")).as("of another cluster").isFalse();
    assertThat(arrived).isEmpty();
  }

  private boolean isConnectedToFirst(PeerNetwork network) {
    return network.isConnected("n1");
  }

  private Socket socket() throws IOException {
    var socket = new Socket(LOOPBACK, address("n1").port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private SSLSocket secured(@Nullable PeerCredentials shown) throws Exception {
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(
        shown == null ? null : new KeyManager[] {shown.keyManager()},
        new TrustManager[] {credentials("n2", "ca").trustManager()},
        new SecureRandom());
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(LOOPBACK, address("n1").port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Reads until the other side closes; how much there was. */
  private static int readToTheEnd(Socket socket) throws IOException {
    try (socket;
        InputStream in = socket.getInputStream()) {
      return in.readAllBytes().length;
    } catch (SSLException | SocketException e) {
      return 0;
    }
  }

  private static byte[] frame(Type type, Message message) throws IOException {
    ByteBuf part =
        new Outgoing(type, ECHO, 1, Lane.ORDERED, message).next(UnpooledByteBufAllocator.DEFAULT);
    var bytes = new byte[part.readableBytes()];
    part.readBytes(bytes);
    return bytes;
  }

  private static byte[] hello(String from, String to) throws IOException {
    return frame(Type.HELLO, new Hello(Hello.VERSION, CLUSTER, from, to).encode());
  }

  private void isCutOff(byte[]... written) throws Exception {
    SSLSocket socket = secured(credentials("n2", "ca"));
    for (byte[] bytes : written) {
      socket.getOutputStream().write(bytes);
    }
    assertThat(readToTheEnd(socket)).isLessThanOrEqualTo(written.length > 1 ? Frame.HEAD : 0);
  }

  @Test
  void strangersGetNothingAndMembersAreServed() throws Exception {
    members("n1", "n2");
    start("n1");
    Socket garbage = socket();
    var bytes = new byte[4096];
    new Random(7).nextBytes(bytes);
    garbage.getOutputStream().write(bytes);
    assertThat(readToTheEnd(garbage)).as("a TLS alert at most").isLessThan(16);
    assertNothingIsSaidTo(null);
    assertNothingIsSaidTo(credentials("n2", "foreign"));

    isCutOff(frame(Type.CALL, Message.EMPTY));
    isCutOff(frame(Type.HELLO, Message.of(new byte[3])));
    isCutOff(frame(Type.HELLO, Message.of(new byte[Hello.BYTES + 1])));
    isCutOff(hello("n1", "n1"));
    isCutOff(hello("n9", "n1"));
    isCutOff(hello("n2", "n3"));
    isCutOff(hello("n2", "n1"), hello("n2", "n1"));
    isCutOff(hello("n2", "n1"), frame(Type.ANSWER, Message.EMPTY));
    isCutOff(hello("n2", "n1"), bytes);
    isCutOff(
        hello("n2", "n1"),
        frame(Type.CALL, Message.of(new byte[1])),
        frame(Type.CALL, Message.of(new byte[1])),
        Unpooled.buffer().writeInt(1).writeByte(9).writeZero(20).array());

    start("n2");
    awaitConnected("n2", "n1");
    assertThat(call("n2", "n1", ECHO).get(5, TimeUnit.SECONDS)).isNotEmpty();
  }

  private void assertNothingIsSaidTo(@Nullable PeerCredentials shown) throws Exception {
    try (SSLSocket socket = secured(shown)) {
      socket.getOutputStream().write(hello("n2", "n1"));
      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    } catch (SSLException | SocketException e) {
      assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void whoSaysNothingKeepsNobodyOut() throws Exception {
    members("n1", "n2");
    start("n1");
    List<Socket> silent = new ArrayList<>();
    for (int i = 0; i < 2 * PeerNetwork.STRANGERS; i++) {
      silent.add(socket());
    }
    start("n2");
    awaitConnected("n2", "n1");
    assertThat(call("n2", "n1", ECHO).get(5, TimeUnit.SECONDS)).isNotEmpty();
    for (Socket socket : silent) {
      assertThat(readToTheEnd(socket)).isZero();
    }
  }

  @Test
  void moreIsNotTakenThanMayWait() throws Exception {
    members("n1", "n2");
    start("n1");
    start("n2");
    awaitConnected("n1", "n2");
    var large = new byte[MESSAGE_BYTES];
    List<CompletableFuture<byte[]>> answers =
        atOnce(
            () ->
                IntStream.range(0, 10)
                    .mapToObj(_ -> call("n1", "n2", TAKEN, Lane.ORDERED, large, 30_000))
                    .toList());
    int refused = 0;
    for (CompletableFuture<byte[]> answer : answers) {
      try {
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEmpty();
      } catch (ExecutionException e) {
        assertThat(((CallFailedException) requireNonNull(e.getCause())).isCertainlyNotSent())
            .isTrue();
        refused++;
      }
    }
    assertThat(refused).isEqualTo(6);
    assertThat(arrived).hasSize(4).containsOnly(MESSAGE_BYTES);
  }
}
