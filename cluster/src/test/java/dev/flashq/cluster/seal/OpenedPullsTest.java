package dev.flashq.cluster.seal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.security.seal.RingKey;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A delivery reaches whoever pulled, or the jobs go back. */
class OpenedPullsTest {
  private static final String LARGE = '"' + "x".repeat(3_500) + '"';

  @TempDir Path folder;
  private SealedCluster cluster;
  private SealedCluster.Member node;
  private final Queue<Runnable> readers = new ArrayDeque<>();
  private final List<Reply> unwanted = new ArrayList<>();
  private final CompletableFuture<Reply> pulled = new CompletableFuture<>();

  @BeforeEach
  void start() {
    cluster = new SealedCluster(folder);
    node = cluster.leader();
    cluster.pass();
    assertThat(node.submit(new Command.SealQueues("*", null, false))).isEqualTo(Done.DONE);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Reply delivery(int jobs) {
    for (int i = 0; i < jobs; i++) {
      var _ = node.push("mail", LARGE, o -> o);
    }
    return node.submit(new Command.PullJobs(new QueueName("mail"), jobs, 0));
  }

  private CompletableFuture<Reply> opened(boolean named) {
    return new OpenedPulls(node.opener, readers::add, unwanted::add).opened(pulled, named);
  }

  @Test
  void aSmallDeliveryIsOpenedAtOnce() {
    CompletableFuture<Reply> answer = opened(false);
    pulled.complete(delivery(1));
    assertThat(((Reply.Delivered) answer.join()).jobs().getFirst().data())
        .isEqualTo(Payload.json(LARGE));
    assertThat(readers).isEmpty();
  }

  @Test
  void aLargeOneGoesBackWhenItsPullerHasGoneMeanwhile() {
    CompletableFuture<Reply> answer = opened(false);
    Reply delivery = delivery(25);
    pulled.complete(delivery);
    answer.cancel(true);
    readers.remove().run();
    assertThat(unwanted).containsExactly(delivery);
  }

  @Test
  void whoMayAskAgainFindsItUnderItsRequestId() {
    CompletableFuture<Reply> answer = opened(true);
    pulled.complete(delivery(25));
    answer.cancel(true);
    readers.remove().run();
    assertThat(unwanted).isEmpty();
  }

  @Test
  void whatCannotBeOpenedHereGoesBack() throws SecretException {
    Reply delivery = delivery(1);
    for (RingKey key : node.ring().held()) {
      node.ring().destroy(key.number(), key.id());
    }
    node.start();
    CompletableFuture<Reply> answer = opened(true);
    pulled.complete(delivery);
    assertThat(((Reply.Refused) answer.join()).code()).isEqualTo(ErrorCode.KEY_UNAVAILABLE);
    assertThat(unwanted).containsExactly(delivery);
  }

  @Test
  void nobodyWaitsForWhatNobodyWantsAnyMore() {
    opened(false).cancel(true);
    assertThat(pulled).isCancelled();
  }
}
