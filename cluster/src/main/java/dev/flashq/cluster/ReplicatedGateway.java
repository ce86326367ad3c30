package dev.flashq.cluster;

import static dev.flashq.protocol.ErrorCode.FEATURE_LEVEL;
import static dev.flashq.protocol.ErrorCode.SERVICE_UNAVAILABLE;

import dev.flashq.cluster.audit.AuditedReads;
import dev.flashq.cluster.data.Inspections;
import dev.flashq.cluster.propose.Proposer;
import dev.flashq.cluster.read.ReadBarrier;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.seal.OpenedPulls;
import dev.flashq.cluster.seal.Opener;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.cluster.waiting.Answers;
import dev.flashq.cluster.waiting.JobWaits;
import dev.flashq.cluster.waiting.LongPolls;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.AddKeys;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Inspection.Flaw;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.WaitForJob;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.gateway.Rules;
import dev.flashq.statemachine.log.Submission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the rules of each request, and sends it down its path: commands to the proposer, pulls and
 * waits to those who wait, questions to reads.
 */
final class ReplicatedGateway implements CommandGateway {
  private static final Refused NOBODY_LEADS =
      new Refused(
          SERVICE_UNAVAILABLE,
          "Service unavailable: this node has not heard of a leader for a while, retry later");

  private final Proposer proposer;
  private final LongPolls longPolls;
  private final JobWaits jobWaits;
  private final ReadBarrier barrier;
  private final Replica replica;
  private final Executor readers;
  private final BooleanSupplier stale;
  private final AuditedReads reads;
  private final Inspections inspections;
  private final Sealing sealing;
  private final Opener opener;
  private final OpenedPulls pulls;

  /**
   * @param unwanted gets jobs that were delivered to nobody
   * @param stale whether this node may not know any more who may do what
   * @param now milliseconds that never jump
   */
  ReplicatedGateway(
      Proposer proposer,
      LongPolls longPolls,
      JobWaits jobWaits,
      ReadBarrier barrier,
      Replica replica,
      Executor readers,
      BooleanSupplier stale,
      Sealing sealing,
      Consumer<Reply> unwanted,
      LongSupplier now) {
    this.proposer = proposer;
    this.longPolls = longPolls;
    this.jobWaits = jobWaits;
    this.barrier = barrier;
    this.replica = replica;
    this.readers = readers;
    this.stale = stale;
    this.sealing = sealing;
    this.opener = new Opener(sealing);
    this.pulls = new OpenedPulls(opener, readers, unwanted);
    this.reads =
        new AuditedReads(replica::featureLevelIfAny, replica::auditPolicy, proposer::submit);
    this.inspections =
        new Inspections(
            replica::dataRules,
            jobs -> replica.ask(Principal.SYSTEM, new Query.QueuesOf(jobs)).places(),
            sealing,
            barrier::await,
            readers,
            now);
  }

  @Override
  public CompletableFuture<Reply> submit(
      Principal principal, @Nullable RequestId requestId, Command command) {
    Submission submission;
    try {
      submission =
          new Submission(
              principal,
              requestId == null ? null : Rules.checked(requestId).of(principal),
              Rules.checked(command));
    } catch (InvalidValueException e) {
      return CompletableFuture.completedFuture(new Refused(e.code(), e.sentence()));
    }
    Refused tooNew = tooNew(command);
    if (tooNew != null) {
      return CompletableFuture.completedFuture(tooNew);
    }
    return inspections.submit(
        submission,
        inspected ->
            switch (inspected.command()) {
              case PullJobs pull -> pull(inspected, pull);
              case AddKeys _ when command instanceof PushJobs push ->
                  addKeys(inspected, principal, push);
              default -> proposer.submit(inspected);
            });
  }

  /**
   * Keys for whom a push is about are made only for who may push there. This replica may not know
   * yet that it was allowed; when it does, the log refuses the push, without what it is about.
   */
  private CompletableFuture<Reply> addKeys(Submission keys, Principal principal, PushJobs push) {
    if (may(principal, Operation.PUSH, push.queue())) {
      return proposer.submit(keys);
    }
    return barrier
        .await()
        .thenCompose(
            _ ->
                proposer.submit(
                    may(principal, Operation.PUSH, push.queue())
                        ? keys
                        : new Submission(principal, null, withoutAnything(push), nothing(push))));
  }

  private static PushJobs withoutAnything(PushJobs push) {
    return new PushJobs(push.queue(), List.of(new NewJob(Payload.NULL, JobOptions.DEFAULTS)));
  }

  /** If it is allowed by then, nothing comes of it either, and it is tried again. */
  private Inspection nothing(PushJobs push) {
    return new Inspection(
        replica.dataRules().version(), List.of(new Flaw(0, "try again: queue " + push.queue())));
  }

  /** Number of the key under which is sealed in a queue; 0: in the clear. */
  long keyOf(QueueName queue) {
    return inspections.key(queue);
  }

  /** What not all members understand must not stand in the log. */
  private @Nullable Refused tooNew(Command command) {
    int needed = FeatureLevel.of(command);
    try {
      return needed == 0 || replica.featureLevel() >= needed
          ? null
          : new Refused(FEATURE_LEVEL, "A member does not understand this yet");
    } catch (RefusedException e) {
      return e.refusal();
    }
  }

  /**
   * Only who may pull may wait. This replica may not know yet that it was allowed, so a refusal is
   * left to the log.
   */
  private CompletableFuture<Reply> pull(Submission submission, PullJobs pull) {
    Refused noKey = inspections.refusal(pull.queue());
    if (noKey != null) {
      return CompletableFuture.completedFuture(noKey);
    }
    return pulls.opened(pulled(submission, pull), submission.requestId() != null);
  }

  private static <R> void answer(CompletableFuture<R> answer, Supplier<R> maker) {
    try {
      answer.complete(maker.get());
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private CompletableFuture<Reply> pulled(Submission submission, PullJobs pull) {
    if (may(submission.principal(), Operation.PULL, pull.queue())) {
      return longPolls.pull(submission, pull);
    }
    var answer = new CompletableFuture<Reply>();
    var _ =
        proposer
            .submit(submission)
            .thenAccept(
                reply -> {
                  if (isEmpty(reply) && pull.waitMs() > 0) {
                    Answers.follow(longPolls.pull(submission, pull), answer);
                  } else {
                    answer.complete(reply);
                  }
                });
    return answer;
  }

  private static boolean isEmpty(Reply reply) {
    return reply instanceof Delivered(List<JobView> jobs) && jobs.isEmpty();
  }

  private boolean may(Principal principal, Operation operation, QueueName queue) {
    try {
      Grant grant = replica.access().grant(principal);
      return grant != null && grant.allows(operation, queue);
    } catch (RefusedException _) {
      return true;
    }
  }

  @Override
  public <R> CompletableFuture<R> ask(
      Principal principal, Query<R> query, Consistency consistency) {
    try {
      Query<R> checked = Rules.checked(query);
      return reads.recorded(principal, checked, asked(principal, checked, consistency));
    } catch (InvalidValueException e) {
      return CompletableFuture.failedFuture(
          new RefusedException(new Refused(e.code(), e.sentence())));
    }
  }

  private <R> CompletableFuture<R> asked(
      Principal principal, Query<R> query, Consistency consistency) {
    if (query instanceof WaitForJob wait) {
      return cast(finished(jobWaits.await(principal, wait)));
    }
    if (consistency == Consistency.LOCAL && !principal.isSystem() && stale.getAsBoolean()) {
      return CompletableFuture.failedFuture(new RefusedException(NOBODY_LEADS));
    }
    var answer = new CompletableFuture<R>();
    switch (consistency) {
      case LOCAL -> readers.execute(() -> answer(principal, query, answer));
      case LINEARIZABLE -> {
        var _ =
            barrier
                .await()
                .whenComplete(
                    (_, failure) -> {
                      if (failure == null) {
                        answer(principal, query, answer);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    });
      }
    }
    return answer;
  }

  private <R> void answer(Principal principal, Query<R> query, CompletableFuture<R> answer) {
    answer(
        answer,
        () -> {
          sealing.look();
          return opener.opened(replica.ask(principal, query));
        });
  }

  private CompletableFuture<Query.Finished> finished(CompletableFuture<Query.Finished> waited) {
    var answer = new CompletableFuture<Query.Finished>();
    var _ =
        waited.whenComplete(
            (finished, failure) -> {
              if (failure == null) {
                answer(answer, () -> opener.opened(finished));
              } else {
                answer.completeExceptionally(failure);
              }
            });
    Answers.cancelWith(answer, waited);
    return answer;
  }

  /** WaitForJob is a question whose answer is Finished. */
  @SuppressWarnings("unchecked")
  private static <R> CompletableFuture<R> cast(CompletableFuture<Query.Finished> finished) {
    return (CompletableFuture<R>) finished;
  }
}
