package dev.flashq.server.access;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.ClusterNode;
import dev.flashq.security.TokenHash;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Role;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes the first token of a cluster that has none, on the node that leads, and shows it once. It
 * may do everything; there is no other way in.
 */
public final class Bootstrap implements AutoCloseable {
  private static final long LOOK_MS = 200;
  private static final String NAME = "admin";
  private static final Role ROLE = new Role(NAME, List.of(Permission.EVERYTHING), List.of());

  private final ClusterNode cluster;
  private final Consumer<String> show;
  private @Nullable String token = TokenHash.newToken();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("bootstrap").factory());

  /**
   * @param show is given the token when it can be used
   */
  public Bootstrap(ClusterNode cluster, Consumer<String> show) {
    this.cluster = cluster;
    this.show = show;
  }

  public Bootstrap start() {
    var _ = thread.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    return this;
  }

  private void look() {
    try {
      Access access = cluster.access();
      ByteString key = access.key();
      String made = token;
      if (key == null || made == null) {
        return;
      }
      ByteString hash = ByteString.copyFrom(TokenHash.of(key.toByteArray(), made));
      if (access.holder(hash) != null) {
        show.accept(made);
        finish();
      } else if (access.isProtected()) {
        finish();
      } else if (cluster.view().role().equals("leader")) {
        make(hash);
      }
    } catch (RefusedException _) {
      // There is no state yet.
    }
  }

  /** The token stays nowhere in memory. */
  private void finish() {
    token = null;
    thread.shutdown();
  }

  private void make(ByteString hash) {
    if (submit(new Command.PutRole(ROLE)) instanceof Reply.Done) {
      var _ = submit(new Command.CreateToken(NAME, hash, List.of(NAME), 0));
    }
  }

  private Reply submit(Command command) {
    return cluster.gateway().submit(Principal.SYSTEM, null, command).join();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
