package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.engine.EngineFixture.QueueFixture;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Jobs page by page, while others come, move and go. */
class JobPagesTest extends WithEngine {
  private Query.Page page(
      @Nullable QueueName name, @Nullable JobState state, int limit, ByteString after) {
    return cluster.engine().ask(new Query.ListJobs(name, state, limit, 0, after));
  }

  /** All pages; between two of them something happens. */
  private List<JobId> all(
      @Nullable QueueName name, @Nullable JobState state, int limit, IntConsumer between) {
    var all = new ArrayList<JobId>();
    ByteString after = ByteString.EMPTY;
    int pages = 0;
    do {
      Query.Page page = page(name, state, limit, after);
      assertThat(page.jobs().size()).isLessThanOrEqualTo(limit);
      page.jobs().stream().map(JobView::id).forEach(all::add);
      after = page.next();
      between.accept(++pages);
    } while (!after.isEmpty());
    return all;
  }

  private static IntConsumer nothing() {
    return _ -> {};
  }

  private void pushMany(QueueFixture to, int jobs, JobOptions options) {
    for (int left = jobs; left > 0; left -= 1000) {
      var job = new NewJob(Payload.json("{\"userId\":7}"), options);
      cluster.apply(
          new Command.PushJobs(to.name(), Collections.nCopies(Math.min(left, 1000), job)));
    }
  }

  private void completeAll(QueueFixture of) {
    for (List<JobView> jobs = of.pull(1000); !jobs.isEmpty(); jobs = of.pull(1000)) {
      cluster.apply(
          new Command.AckJobs(
              jobs.stream()
                  .map(job -> new Command.Ack(new Claim(job.id(), job.lease()), null))
                  .toList()));
    }
  }

  /** As the guide does it. */
  @Test
  void tenThousandSmallJobsAreOnePage() {
    pushMany(queue, 10_001, JobOptions.DEFAULTS);
    completeAll(queue);
    Query.Page page = page(queue.name(), JobState.COMPLETED, Limits.JOBS_PAGE, ByteString.EMPTY);
    assertThat(page.jobs()).hasSize(10_000).allMatch(job -> job.data() != null);
    assertThat(page.total()).isEqualTo(10_001);
    Query.Page rest = page(queue.name(), JobState.COMPLETED, 10_000, page.next());
    assertThat(rest.jobs()).hasSize(1);
    assertThat(rest.next().isEmpty()).isTrue();
  }

  @Test
  void everyJobIsOnOnePageWhateverItsQueueAndState() {
    var wanted = new HashSet<JobId>();
    for (String name : List.of("a", "b:x", "b")) {
      QueueFixture jobs = cluster.queue(name);
      for (int i = 0; i < 7; i++) {
        wanted.add(jobs.push("done"));
        jobs.ack(jobs.mustPull());
        wanted.add(jobs.push("aged", o -> o.keepCompletedAgeMs(1_000_000)));
        jobs.ack(jobs.mustPull());
        wanted.add(jobs.push("dead", o -> o.maxAttempts(1)));
        jobs.fail(jobs.mustPull(), "no");
        wanted.add(jobs.push("active"));
        jobs.mustPull();
      }
      for (int i = 0; i < 7; i++) {
        JobId waiting = jobs.push("waiting");
        wanted.add(waiting);
        wanted.add(jobs.push("group", o -> o.groupId("g")));
        wanted.add(jobs.push("later", o -> o.delayMs(10_000)));
        wanted.add(jobs.push("blocked", o -> o.dependsOn(List.of(waiting))));
      }
    }
    List<JobId> whole = all(null, null, 1000, nothing());
    assertThat(whole).hasSameSizeAs(wanted).containsAll(wanted);
    for (int limit : new int[] {1, 2, 3, 10, 55, 56, 57, 168}) {
      assertThat(all(null, null, limit, nothing())).as("pages of %d", limit).isEqualTo(whole);
    }
    for (JobState state : JobState.values()) {
      assertThat(all(null, state, 4, nothing()))
          .isEqualTo(all(null, state, 1000, nothing()))
          .isNotEmpty();
      assertThat(all(new QueueName("b"), state, 4, nothing())).isNotEmpty();
    }
  }

  @Test
  void whatStaysIsOnOnePageWhileOthersComeAndGo() {
    pushMany(queue, 500, JobOptions.DEFAULTS);
    completeAll(queue);
    var stay = LongStream.rangeClosed(101, 500).mapToObj(JobId::new).toList();
    var seen =
        all(
            queue.name(),
            JobState.COMPLETED,
            20,
            pages -> {
              cluster.apply(
                  new Command.RemoveJobs(queue.name(), JobState.COMPLETED, 0, Long.MAX_VALUE, 2));
              queue.push("new " + pages);
              queue.ack(queue.mustPull());
            });
    assertThat(seen).doesNotHaveDuplicates().containsAll(stay);
    assertThat(cluster.find(new JobId(1))).isNull();
  }

  @Test
  void aPageThatIsCutBecauseOfItsSizeGoesOnBehindIt() {
    String large = "x".repeat(3 << 20);
    var jobs = new ArrayList<JobId>();
    for (int i = 0; i < 5; i++) {
      jobs.add(queue.push(large));
    }
    assertThat(page(queue.name(), JobState.WAITING, 100, ByteString.EMPTY).jobs()).hasSize(2);
    assertThat(all(queue.name(), JobState.WAITING, 100, nothing())).isEqualTo(jobs.reversed());
  }

  @Test
  void textsBesideTheDataCountForTheSizeOfAPage() {
    var tags = Collections.nCopies(64, "t".repeat(256));
    pushMany(queue, 1000, JobOptions.builder().tags(tags).build());
    Query.Page page = page(queue.name(), null, 1000, ByteString.EMPTY);
    assertThat(page.jobs()).hasSizeBetween(400, 600);
    assertThat(page.next().isEmpty()).isFalse();
  }

  @Test
  void aPageOfNoJobsTellsTheTotalOnly() {
    queue.push("x");
    Query.Page page = page(queue.name(), null, 0, ByteString.EMPTY);
    assertThat(page).isEqualTo(new Query.Page(List.of(), 1));
  }

  @Test
  void aMadeUpCursorShowsNothingElseAndBreaksNothing() {
    JobId own = queue.push("x");
    cluster.queue("other").push("y");
    var random = new Random(1);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      random.nextBytes(bytes);
      if (round % 2 == 0 && bytes.length > 4) {
        bytes[0] = (byte) random.nextInt(6);
        bytes[1] = (byte) random.nextInt(4);
        bytes[2] = 0;
        bytes[3] = (byte) Math.min(bytes.length - 4, 1);
      }
      try {
        assertThat(page(queue.name(), null, 10, ByteString.copyFrom(bytes)).jobs())
            .allMatch(job -> job.id().equals(own));
      } catch (RefusedException e) {
        assertThat(e.refusal().code()).isEqualTo(ErrorCode.INVALID_REQUEST);
      }
    }
    assertThatThrownBy(() -> page(null, null, 10, ByteString.copyFromUtf8("x")))
        .isInstanceOf(RefusedException.class);
  }
}
