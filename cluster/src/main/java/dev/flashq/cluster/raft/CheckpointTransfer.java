package dev.flashq.cluster.raft;

import dev.flashq.rpc.CallFailedException;
import dev.flashq.rpc.Callback;
import dev.flashq.rpc.Lane;
import dev.flashq.rpc.PeerNetwork;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the parts of one checkpoint to one member, a few at a time. When the connection is lost it
 * goes on with the first part that was not confirmed; the receiver knows which ones it has.
 */
final class CheckpointTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointTransfer.class);

  /** Parts that are on their way, each 1 MiB. */
  static final int OPEN_PARTS = 4;

  /** Milliseconds that the receiver may take for a part, of which the last has most to do. */
  private static final long PART_MS = 60_000;

  /** Nanoseconds without a confirmed part after which it is given up. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long RETRY_MICROS = TimeUnit.MILLISECONDS.toMicros(100);

  private final PeerNetwork network;
  private final String member;
  private final Iterator<InstallSnapshotRequestProto> parts;
  private final Listener listener;

  /** For the event loop, as all below. Not confirmed, in order; the first ones have been sent. */
  private final Deque<InstallSnapshotRequestProto> open = new ArrayDeque<>();

  private int sent;
  private long round;
  private boolean reading;
  private boolean complete;
  private boolean over;
  private long movedAt = System.nanoTime();

  /** Both are called on the event loop. */
  interface Listener {
    void answered(InstallSnapshotReplyProto reply);

    /**
     * @param failure null: the member has the checkpoint
     */
    void ended(@Nullable String failure);
  }

  CheckpointTransfer(
      PeerNetwork network,
      String member,
      Iterable<InstallSnapshotRequestProto> parts,
      Listener listener) {
    this.network = network;
    this.member = member;
    this.parts = parts.iterator();
    this.listener = listener;
  }

  void start() {
    goOn();
  }

  /** Nobody is told of its end any more. */
  void stop() {
    over = true;
  }

  private void end(@Nullable String failure) {
    if (!over) {
      over = true;
      listener.ended(failure);
    }
  }

  private void goOn() {
    if (over) {
      return;
    }
    if (complete && open.isEmpty()) {
      end(null);
      return;
    }
    if (!complete && !reading && open.size() < OPEN_PARTS) {
      read();
    }
    if (network.isConnected(member)) {
      sendOpen();
    }
  }

  /** The disk is not read on the event loop. */
  private void read() {
    reading = true;
    Thread.ofVirtual()
        .name("checkpoint-for-" + member)
        .start(
            () -> {
              InstallSnapshotRequestProto part = null;
              String failure = null;
              try {
                part = parts.hasNext() ? parts.next() : null;
              } catch (RuntimeException e) {
                LOG.warn("A checkpoint for {} cannot be read", member, e);
                failure = String.valueOf(e.getMessage());
              }
              taken(part, failure);
            });
  }

  private void taken(@Nullable InstallSnapshotRequestProto part, @Nullable String failure) {
    network.execute(
        () -> {
          reading = false;
          if (failure != null) {
            end(failure);
          } else if (part == null) {
            complete = true;
          } else {
            open.addLast(part);
          }
          goOn();
        });
  }

  private void sendOpen() {
    int position = 0;
    for (InstallSnapshotRequestProto part : open) {
      if (position++ >= sent) {
        sent++;
        network.call(
            member,
            PeerCall.CHECKPOINT.number(),
            Lane.BULK,
            new RatisMessage(part),
            PART_MS,
            new Sent(round));
      }
    }
  }

  /** Answers come in the order of the parts. */
  private final class Sent implements Callback {
    private final long ofRound;

    Sent(long ofRound) {
      this.ofRound = ofRound;
    }

    @Override
    public void answered(byte[] bytes) {
      if (over || ofRound != round) {
        return;
      }
      try {
        take(RatisMessage.parse(InstallSnapshotReplyProto.parser(), bytes));
      } catch (InvalidProtocolBufferException e) {
        LOG.warn("{} answers what is not understood", member, e);
        end("its answer is not understood");
      }
    }

    private void take(InstallSnapshotReplyProto reply) {
      listener.answered(reply);
      if (reply.getResult() == InstallSnapshotResult.ALREADY_INSTALLED) {
        end(null);
      } else if (reply.getResult() == InstallSnapshotResult.SUCCESS) {
        movedAt = System.nanoTime();
        open.removeFirst();
        sent--;
        goOn();
      } else {
        end("it answers " + reply.getResult());
      }
    }

    @Override
    public void failed(CallFailedException failure) {
      if (over || ofRound != round) {
        return;
      }
      LOG.debug("A part of a checkpoint is sent to {} again: {}", member, failure.getMessage());
      round++;
      sent = 0;
      if (System.nanoTime() - movedAt > PATIENCE_NANOS || network.isConnected(member)) {
        // With a connection it was refused, and would be again.
        end(String.valueOf(failure.getMessage()));
      } else {
        retryLater();
      }
    }
  }

  private void retryLater() {
    var _ =
        network.after(
            RETRY_MICROS,
            () -> {
              if (System.nanoTime() - movedAt > PATIENCE_NANOS) {
                end("there is no connection");
              } else if (network.isConnected(member)) {
                goOn();
              } else if (!over) {
                retryLater();
              }
            });
  }
}
