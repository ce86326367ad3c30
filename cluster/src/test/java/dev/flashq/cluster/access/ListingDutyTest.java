package dev.flashq.cluster.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.replica.Checkpoints;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingDutyTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("key");
  private static final List<ListedToken> TOKENS =
      List.of(
          new ListedToken(
              ByteString.copyFromUtf8("h".repeat(Limits.TOKEN_HASH_BYTES)),
              "app",
              List.of(Permission.EVERYTHING)));

  @TempDir Path folder;
  private final VirtualTime lane = new VirtualTime();
  private final List<Command> proposed = new ArrayList<>();
  private Replica replica;
  private ListingDuty duty;
  private long index;

  @BeforeEach
  void open() throws IOException {
    replica =
        new Replica(
            folder.resolve("live"),
            new Checkpoints(folder.resolve("sm"), folder.resolve("tmp")),
            RocksEngine::new,
            "n1",
            1);
    replica.restore();
    duty = new ListingDuty("n1", new OneToken(), replica, () -> true, this::propose, lane);
  }

  @AfterEach
  void close() {
    replica.close();
  }

  private static final class OneToken implements ConfiguredTokens {
    @Override
    public boolean isEmpty() {
      return false;
    }

    @Override
    public List<ListedToken> listed(ByteString key) {
      return TOKENS;
    }

    @Override
    public ByteString newKey() {
      return KEY;
    }
  }

  private CompletableFuture<Reply> propose(Submission submission) {
    proposed.add(submission.command());
    return CompletableFuture.completedFuture(Reply.Done.DONE);
  }

  private void apply(Command command) {
    index++;
    replica.apply(
        1,
        index,
        EntryCodec.stamp(
            EntryCodec.encode(
                new EntryHeader("n1", 1, index, index - 1),
                List.of(new Submission(Principal.SYSTEM, null, command))),
            1_700_000_000_000L));
  }

  private Command proposal() {
    duty.look();
    lane.settle();
    return proposed.getLast();
  }

  /** Whoever asks between two looks must not be told that the tokens can be used. */
  @Test
  void isNotDoneFromTheRaisedLevelUntilTheTokensAreListed() {
    duty.look();
    assertThat(proposed).isEmpty();
    assertThat(duty.isDone()).isTrue();

    apply(new Command.RaiseFeatureLevel(FeatureLevel.CURRENT));
    assertThat(duty.isDone()).isFalse();
    assertThat(proposal()).isEqualTo(new Command.SetAccessKey(KEY));

    apply(new Command.SetAccessKey(KEY));
    assertThat(duty.isDone()).isFalse();
    assertThat(proposal()).isEqualTo(new Command.ListTokens("n1", TOKENS));

    apply(new Command.ListTokens("n1", TOKENS));
    assertThat(duty.isDone()).isTrue();
    duty.look();
    assertThat(proposed).hasSize(2);
  }
}
