package dev.flashq.statemachine.engine;

import static dev.flashq.protocol.ErrorCode.ERASURE_NOT_FOUND;
import static dev.flashq.protocol.ErrorCode.FORBIDDEN;
import static dev.flashq.protocol.ErrorCode.LIMIT_EXCEEDED;
import static dev.flashq.statemachine.engine.EngineFixture.refused;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Counts;
import dev.flashq.statemachine.Erasure.Replacement;
import dev.flashq.statemachine.Erasure.Status;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Removed;
import dev.flashq.statemachine.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far an erasure is stands in the state; what it reads and writes comes from the leader. */
class ErasureTest extends WithEngine {
  private static final Payload GONE = Payload.json("\"gone\"");
  private static final String PERSON = "person-4711";

  @BeforeEach
  void level() {
    cluster.apply(Principal.SYSTEM, new Command.RaiseFeatureLevel(FeatureLevel.PRIVACY));
  }

  private static Command begin(List<String> queues, JobState... states) {
    return new Command.BeginErasure(
        new Erasure.Request(
            "userId",
            ByteString.copyFromUtf8('"' + PERSON + '"'),
            List.of(new Erasure.Edit("email", null)),
            queues,
            List.of(states),
            false));
  }

  private long begun(Reply reply) {
    assertThat(reply).isInstanceOf(Reply.Begun.class);
    return ((Reply.Begun) reply).number();
  }

  private Query.ErasurePage next() {
    return cluster.engine().ask(new Query.NextErasure());
  }

  private Erasure erasure(long number) {
    return cluster.engine().ask(new Query.ListErasures(Long.MAX_VALUE, 100)).erasures().stream()
        .filter(erasure -> erasure.number() == number)
        .findFirst()
        .orElseThrow();
  }

  private Reply step(long number, long from, long to, boolean skip, Replacement... replacements) {
    return cluster.apply(
        Principal.SYSTEM,
        new Command.EraseJobs(
            number, from, to, new Counts(3, 2, 0, 1, 0, 0), List.of(replacements), skip));
  }

  private Replacement replacement(JobId job, boolean result) {
    JobView view = cluster.job(job);
    Payload before = requireNonNull(result ? view.result() : view.data());
    return new Replacement(job, result ? JobPart.RESULT : JobPart.DATA, Erasure.hash(before), GONE);
  }

  private JobId completed() {
    JobId id = queue.push("personal");
    queue.ack(queue.mustPull(), "\"also personal\"");
    return id;
  }

  @Test
  void replacesDataAndResultsAndRemembersHowFarItIs() {
    JobId done = completed();
    JobId waiting = queue.push("personal");
    long number = begun(cluster.apply(begin(List.of("*"))));
    JobId later = queue.push("later");

    Query.ErasurePage page = next();
    assertThat(page.jobs()).extracting(Query.ErasableJob::id).containsExactly(done, waiting);
    assertThat(page.to()).isEqualTo(later.value());
    assertThat(step(number, 1, 2, false, replacement(done, false), replacement(done, true)))
        .isEqualTo(new Removed(0, true));
    cluster.restart();
    assertThat(text(cluster.job(done).data())).isEqualTo("\"gone\"");
    assertThat(text(cluster.job(done).result())).isEqualTo("\"gone\"");
    assertThat(next().jobs()).extracting(Query.ErasableJob::id).containsExactly(waiting);
    assertThat(erasure(number).status()).isEqualTo(Status.RUNNING);

    assertThat(step(number, 2, 3, false, replacement(waiting, false)))
        .isEqualTo(new Removed(2, false));
    Erasure ended = erasure(number);
    assertThat(ended.status()).isEqualTo(Status.DONE);
    assertThat(ended.counts()).isEqualTo(new Counts(6, 4, 2, 2, 0, 0));
    assertThat(next()).isEqualTo(Query.ErasurePage.NONE);
    cluster.apply(new Command.RemoveJobs(queue.name(), JobState.COMPLETED, 0, Long.MAX_VALUE, 9));
    assertThat(Rows.of(cluster.engine()))
        .noneMatch(row -> row.startsWith("PAYLOADS 0000000000000001"));
  }

  @Test
  void aStepThatWasMadeOfAnotherStateHasNoEffect() {
    JobId a = completed();
    JobId b = completed();
    long number = begun(cluster.apply(begin(List.of("*"))));
    Replacement first = replacement(a, false);
    Replacement second = replacement(b, false);
    cluster.apply(new Command.UpdateJob(b, Payload.json("\"new\"")));

    assertThat(step(number, 1, 3, false, first, second)).isEqualTo(new Removed(0, true));
    assertThat(text(cluster.job(a).data())).isEqualTo("\"personal\"");
    assertThat(erasure(number).next()).isEqualTo(1);
    step(number, 2, 3, false, first);
    assertThat(text(cluster.job(a).data())).as("from another place").contains("personal");

    assertThat(step(number, 1, 3, true, first, second)).isEqualTo(new Removed(1, false));
    assertThat(text(cluster.job(a).data())).isEqualTo("\"gone\"");
    assertThat(text(cluster.job(b).data())).isEqualTo("\"new\"");
    assertThat(erasure(number).counts()).isEqualTo(new Counts(3, 2, 1, 1, 0, 1));
    assertThat(step(number, 1, 3, true, first, second)).isEqualTo(new Removed(0, true));
    assertThat(erasure(number).counts().changed()).isEqualTo(1);
  }

  @Test
  void jobsThatAreGoneByThenNeedNothing() {
    JobId a = completed();
    long number = begun(cluster.apply(begin(List.of("*"))));
    Replacement first = replacement(a, true);
    cluster.apply(new Command.RemoveJobs(queue.name(), JobState.COMPLETED, 0, Long.MAX_VALUE, 9));
    assertThat(step(number, 1, 2, false, first)).isEqualTo(new Removed(0, false));
    assertThat(erasure(number).status()).isEqualTo(Status.DONE);
  }

  @Test
  void looksAtTheQueuesAndStatesThatAreMeant() {
    JobId done = completed();
    JobId waiting = queue.push("x");
    cluster.queue("other").push("y");
    begun(cluster.apply(begin(List.of(queue.name().value()), JobState.COMPLETED)));
    assertThat(next().jobs()).extracting(Query.ErasableJob::id).containsExactly(done);
    cluster.apply(new Command.CancelErasure(1));
    assertThat(next()).isEqualTo(Query.ErasurePage.NONE);
    begun(cluster.apply(begin(List.of("q*", "nothing"), JobState.WAITING, JobState.COMPLETED)));
    assertThat(next().jobs()).extracting(Query.ErasableJob::id).containsExactly(done, waiting);
  }

  @Test
  void aPageIsBounded() {
    for (int i = 0; i < 5; i++) {
      queue.push("x".repeat(1 << 20));
    }
    begun(cluster.apply(begin(List.of("*"))));
    Query.ErasurePage page = next();
    assertThat(page.jobs()).hasSize(2);
    assertThat(page.to()).isEqualTo(3);
  }

  @Test
  void theValueIsForgottenWhenItEnds() {
    completed();
    long number = begun(cluster.apply(begin(List.of("*"))));
    long other = begun(cluster.apply(begin(List.of("*"))));
    assertThat(next().erasure()).extracting(e -> e.request().wanted().isEmpty()).isEqualTo(false);
    step(number, 1, 2, false);
    cluster.apply(new Command.CancelErasure(other));
    assertThat(erasure(other).status()).isEqualTo(Status.CANCELLED);
    String hex = HexFormat.of().formatHex(PERSON.getBytes(StandardCharsets.UTF_8));
    assertThat(Rows.of(cluster.engine())).noneMatch(row -> row.contains(hex));
  }

  @Test
  void aRepeatedRequestBeginsOne() {
    RequestId id = new RequestId("client", 1, 0);
    long number = begun(cluster.apply(id, begin(List.of("*"))));
    assertThat(begun(cluster.apply(id, begin(List.of("*"))))).isEqualTo(number);
    assertThat(cluster.engine().ask(new Query.ListErasures(Long.MAX_VALUE, 9)).erasures())
        .hasSize(1);
  }

  @Test
  void keepsABoundedNumber() {
    completed();
    for (int i = 0; i < Limits.ERASURES + 20; i++) {
      long number = begun(cluster.apply(begin(List.of("*"))));
      step(number, 1, 2, false);
    }
    assertThat(cluster.engine().ask(new Query.ListErasures(Long.MAX_VALUE, 1000)).erasures())
        .hasSize(Limits.ERASURES);
    for (int i = 0; i < Limits.ERASURES_RUNNING; i++) {
      begun(cluster.apply(begin(List.of("*"))));
    }
    refused(cluster.apply(begin(List.of("*"))), LIMIT_EXCEEDED);
  }

  private Principal holder(String name, Permission... permissions) {
    ByteString hash = ByteString.copyFromUtf8(name.repeat(32).substring(0, 32));
    cluster.apply(
        Principal.SYSTEM,
        new Command.ListTokens(
            "n" + name, List.of(new ListedToken(hash, name, List.of(permissions)))));
    return requireNonNull(cluster.engine().access().holder(hash));
  }

  @Test
  void touchesWhatWhoeverAskedMayAdminister() {
    JobId own = queue.push("mine");
    cluster.queue("foreign").push("theirs");
    cluster.apply(Principal.SYSTEM, new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    Principal ada =
        holder(
            "ada",
            new Permission(List.of(queue.name().value()), List.of(Operation.ADMIN), false),
            new Permission(List.of("*"), List.of(Operation.GET_JOB), false));
    Principal bob = holder("bob", new Permission(List.of("*"), List.of(Operation.GET_JOB), false));
    Principal eve = holder("eve", new Permission(List.of("z"), List.of(Operation.ADMIN), false));
    refused(cluster.apply(bob, begin(List.of("*"))), FORBIDDEN);
    long number = begun(cluster.apply(ada, begin(List.of("*"))));
    assertThat(next().jobs()).extracting(Query.ErasableJob::id).containsExactly(own);

    refused(cluster.apply(eve, new Command.CancelErasure(number)), ERASURE_NOT_FOUND);
    refused(
        cluster.apply(eve, new Command.EraseJobs(number, 1, 9, Counts.NONE, List.of(), false)),
        FORBIDDEN);
    var all = new Query.ListErasures(Long.MAX_VALUE, 9);
    assertThat(cluster.engine().ask(eve, all).erasures()).isEmpty();
    assertThat(cluster.engine().ask(ada, all).erasures()).hasSize(1);
    // It goes on when the token is gone.
    cluster.apply(Principal.SYSTEM, new Command.ListTokens("nada", List.of()));
    assertThat(next().jobs()).extracting(Query.ErasableJob::id).containsExactly(own);
  }

  @Test
  void beginAndEndAreRecordedWithCountsAndWithoutValues() {
    JobId done = completed();
    cluster.apply(Principal.SYSTEM, new Command.SetAccessKey(ByteString.copyFromUtf8("key")));
    Principal boss = holder("boss", Permission.EVERYTHING);
    long number = begun(cluster.apply(boss, begin(List.of("mail*", queue.name().value()))));
    step(number, 1, 1, false);
    step(number, 1, 2, false, replacement(done, false));
    List<AuditRecord> records =
        cluster
            .engine()
            .ask(new Query.ListAudit(0, Long.MAX_VALUE, null, null, null, null, 0, 100))
            .records()
            .stream()
            .filter(record -> record.action() != AuditAction.LIST_TOKENS)
            .toList();
    assertThat(records)
        .extracting(
            record ->
                record.action().word()
                    + " "
                    + record.subject()
                    + " "
                    + record.user()
                    + " "
                    + record.count())
        .containsExactly("erase userId in mail* " + queue.name() + " boss 0", "erased 1 system 1");
    for (ByteString block : cluster.engine().ask(new Query.ListAuditBlocks(0, 0, 1000)).blocks()) {
      assertThat(block.toStringUtf8()).doesNotContain(PERSON);
    }
  }

  private static String text(@Nullable Payload payload) {
    return requireNonNull(payload).bytes().toStringUtf8();
  }
}
