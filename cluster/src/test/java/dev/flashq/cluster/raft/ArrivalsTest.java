package dev.flashq.cluster.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.replica.Checkpoints;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto.SnapshotChunkProto;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalsTest {
  @TempDir Path folder;
  private Path temporary = Path.of("unset");
  private boolean paused;
  private int stuck;
  private @Nullable Arrivals made;

  @BeforeEach
  void inAFolder() throws IOException {
    temporary = Files.createDirectories(folder.resolve("tmp"));
    made = in(temporary);
  }

  private Arrivals in(Path temporary) {
    return new Arrivals(
        new Checkpoints(folder.resolve("sm"), temporary), () -> paused, () -> stuck++);
  }

  @Test
  void deletesWhatATransferHasLeftWhenItEnds() throws IOException {
    var cancelled = new Call();
    cancelled.send("a");
    assertThat(transfers()).containsExactly("snapshot-a");
    cancelled.listener.onCancel();
    assertThat(transfers()).isEmpty();

    var complete = new Call();
    complete.send("b");
    complete.listener.onComplete();
    assertThat(transfers()).isEmpty();
  }

  @Test
  void keepsOnlyTheTransferThatBeganLast() throws IOException {
    Files.createDirectories(temporary.resolve("snapshot-forgotten/snapshot.1_9"));
    Files.createDirectories(temporary.resolve("draft"));
    var silent = new Call();
    silent.send("a");
    var next = new Call();
    next.send("b");
    next.send("b");

    assertThat(transfers()).containsExactly("draft", "snapshot-b");
    assertThat(next.closed).isEmpty();
  }

  @Test
  void takesNothingMoreOfATransferBeforeTheLast() throws IOException {
    var late = new Call();
    late.send("a");
    var next = new Call();
    next.send("b");
    late.send("a");
    late.send("a");
    late.listener.onHalfClose();
    late.listener.onComplete();

    assertThat(late.closed).containsExactly(Status.Code.ABORTED);
    assertThat(late.taken).containsExactly("a");
    assertThat(transfers()).containsExactly("snapshot-b");
  }

  @Test
  void tellsWhenTheInstallationFailsAndKeepsWhatHasArrived() throws IOException {
    var call = new Call();
    call.send("a");
    call.atNext = () -> paused = true;
    call.send("a");
    assertThat(stuck).isZero();

    paused = false;
    call.atNext =
        () -> {
          paused = true;
          call.answer.close(Status.INTERNAL, new Metadata());
        };
    call.send("a");
    call.listener.onComplete();

    assertThat(stuck).isOne();
    assertThat(transfers()).containsExactly("snapshot-a");
  }

  @Test
  void failsNotWhileAnotherCheckpointIsOpened() {
    var call = new Call();
    paused = true;
    call.atNext = () -> call.answer.close(Status.INTERNAL, new Metadata());
    call.send("a");

    assertThat(stuck).isZero();
  }

  @Test
  void leavesOtherCallsAlone() {
    var call = new Call("appendEntries");
    call.send("a");

    assertThat(call.listener).isInstanceOf(Call.Taker.class);
    assertThat(call.taken).containsExactly("a");
  }

  private List<String> transfers() throws IOException {
    try (Stream<Path> entries = Files.list(temporary)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** A call of a leader; like Ratis, it writes what arrives into the folder of the transfer. */
  private final class Call extends ServerCall<InstallSnapshotRequestProto, String> {
    final List<Status.Code> closed = new ArrayList<>();
    final List<String> taken = new ArrayList<>();
    final ServerCall.Listener<InstallSnapshotRequestProto> listener;
    private final String method;
    Runnable atNext = () -> {};
    ServerCall<InstallSnapshotRequestProto, String> answer = this;

    Call() {
      this("installSnapshot");
    }

    Call(String method) {
      this.method = method;
      this.listener = requireNonNull(made).interceptCall(this, new Metadata(), this::begin);
    }

    private Taker begin(ServerCall<InstallSnapshotRequestProto, String> call, Metadata headers) {
      answer = call;
      return new Taker();
    }

    void send(String transfer) {
      listener.onMessage(
          InstallSnapshotRequestProto.newBuilder()
              .setSnapshotChunk(SnapshotChunkProto.newBuilder().setRequestId(transfer))
              .build());
    }

    final class Taker extends ServerCall.Listener<InstallSnapshotRequestProto> {
      @Override
      public void onMessage(InstallSnapshotRequestProto part) {
        String transfer = part.getSnapshotChunk().getRequestId();
        taken.add(transfer);
        try {
          Path received = temporary.resolve("snapshot-" + transfer).resolve("snapshot.1_9");
          Files.writeString(Files.createDirectories(received).resolve("file"), "part");
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        atNext.run();
      }
    }

    @Override
    public MethodDescriptor<InstallSnapshotRequestProto, String> getMethodDescriptor() {
      return MethodDescriptor.<InstallSnapshotRequestProto, String>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName("ratis.grpc.RaftServerProtocolService/" + method)
          .setRequestMarshaller(new NotNeeded<>())
          .setResponseMarshaller(new NotNeeded<>())
          .build();
    }

    @Override
    public void close(Status status, Metadata trailers) {
      closed.add(status.getCode());
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(String message) {}

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  private static final class NotNeeded<T> implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public T parse(InputStream stream) {
      throw new UnsupportedOperationException();
    }
  }
}
