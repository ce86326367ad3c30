package dev.flashq.cluster.raft;

import dev.flashq.cluster.replica.Checkpoints;
import java.io.IOException;
import java.util.EnumSet;
import java.util.function.BooleanSupplier;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transfers in which leaders send checkpoints to this node. Ratis leaves the files of a
 * transfer that fails where they are, each as large as the state. Here a transfer that begins ends
 * the one before it, and nothing of one that has ended stays: there is never more than one on disk.
 */
final class Arrivals implements ServerInterceptor, GrpcServices.Customizer {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
  private static final String METHOD = "installSnapshot";

  private final Checkpoints checkpoints;
  private final BooleanSupplier paused;
  private final Runnable stuck;

  /** The transfer that is going on. Held while a part of any is taken in, like the folder. */
  private @Nullable String current;

  /**
   * @param paused whether the state machine waits for a received checkpoint to take its place
   * @param stuck called when it waits in vain, because the checkpoint could not be installed
   */
  Arrivals(Checkpoints checkpoints, BooleanSupplier paused, Runnable stuck) {
    this.checkpoints = checkpoints;
    this.paused = paused;
    this.stuck = stuck;
  }

  @Override
  public NettyServerBuilder customize(
      NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
    return types.contains(GrpcServices.Type.SERVER) ? builder.intercept(this) : builder;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!METHOD.equals(call.getMethodDescriptor().getBareMethodName())) {
      return next.startCall(call, headers);
    }
    var heard = new HeardCall<>(call);
    return new Arrival<>(heard, next.startCall(heard, headers));
  }

  /** Notes whether it was ended with an error. */
  private static final class HeardCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private volatile boolean failed;

    HeardCall(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      failed = !status.isOk();
      super.close(status, trailers);
    }
  }

  /** One call, which carries one transfer. */
  private final class Arrival<Q> extends SimpleForwardingServerCallListener<Q> {
    private final HeardCall<Q, ?> call;
    private @Nullable String transfer;
    private boolean refused;

    /** Its files stay: the next start can finish the installation with them. */
    private boolean isStuck;

    Arrival(HeardCall<Q, ?> call, ServerCall.Listener<Q> listener) {
      super(listener);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      synchronized (Arrivals.this) {
        if (!refused && isWanted(message)) {
          take(message);
        }
      }
    }

    /** Ratis pauses the state machine and moves folders; when that fails, it only says so here. */
    private void take(Q message) {
      boolean before = paused.getAsBoolean();
      super.onMessage(message);
      if (call.failed && !before && paused.getAsBoolean()) {
        isStuck = true;
        stuck.run();
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      super.onCancel();
      end();
    }

    @Override
    public void onComplete() {
      super.onComplete();
      end();
    }

    private boolean isWanted(Q message) {
      if (!(message instanceof InstallSnapshotRequestProto part) || !part.hasSnapshotChunk()) {
        return true;
      }
      if (transfer == null) {
        return begin(part.getSnapshotChunk().getRequestId());
      }
      return transfer.equals(current) || refuse("another transfer has begun");
    }

    private boolean begin(String id) {
      try {
        checkpoints.discardTransfers(id);
      } catch (IOException e) {
        LOG.error("What an earlier transfer has left cannot be deleted; no other is begun", e);
        return refuse("there is no place for a checkpoint");
      }
      transfer = id;
      current = id;
      return true;
    }

    private boolean refuse(String why) {
      refused = true;
      call.close(Status.ABORTED.withDescription(why), new Metadata());
      return false;
    }

    private void end() {
      synchronized (Arrivals.this) {
        if (isStuck || transfer == null || !transfer.equals(current)) {
          return;
        }
        current = null;
        try {
          checkpoints.discardTransfers(null);
        } catch (IOException e) {
          LOG.warn("What a transfer has left cannot be deleted yet", e);
        }
      }
    }
  }
}
