package dev.flashq.cluster;

import dev.flashq.cluster.propose.Proposer;
import dev.flashq.cluster.read.ReadBarrier;
import dev.flashq.cluster.replica.Replica;
import dev.flashq.cluster.waiting.JobWaits;
import dev.flashq.cluster.waiting.LongPolls;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.WaitForJob;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.gateway.Rules;
import dev.flashq.statemachine.log.Submission;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Asks the rules of each request, and sends it down its path: commands to the proposer, pulls and
 * waits to those who wait, questions to reads.
 */
final class ReplicatedGateway implements CommandGateway {
  private final Proposer proposer;
  private final LongPolls longPolls;
  private final JobWaits jobWaits;
  private final ReadBarrier barrier;
  private final Replica replica;
  private final Executor readers;

  ReplicatedGateway(
      Proposer proposer,
      LongPolls longPolls,
      JobWaits jobWaits,
      ReadBarrier barrier,
      Replica replica,
      Executor readers) {
    this.proposer = proposer;
    this.longPolls = longPolls;
    this.jobWaits = jobWaits;
    this.barrier = barrier;
    this.replica = replica;
    this.readers = readers;
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
    return submission.command() instanceof PullJobs pull
        ? longPolls.pull(submission, pull)
        : proposer.submit(submission);
  }

  @Override
  public <R> CompletableFuture<R> ask(
      Principal principal, Query<R> query, Consistency consistency) {
    try {
      return ask(Rules.checked(query), consistency);
    } catch (InvalidValueException e) {
      return CompletableFuture.failedFuture(
          new RefusedException(new Refused(e.code(), e.sentence())));
    }
  }

  private <R> CompletableFuture<R> ask(Query<R> query, Consistency consistency) {
    if (query instanceof WaitForJob wait) {
      return cast(jobWaits.await(wait));
    }
    var answer = new CompletableFuture<R>();
    switch (consistency) {
      case LOCAL -> readers.execute(() -> answer(query, answer));
      case LINEARIZABLE -> {
        var _ =
            barrier
                .await()
                .whenComplete(
                    (_, failure) -> {
                      if (failure == null) {
                        answer(query, answer);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                    });
      }
    }
    return answer;
  }

  private <R> void answer(Query<R> query, CompletableFuture<R> answer) {
    try {
      answer.complete(replica.ask(query));
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** WaitForJob is a question whose answer is Finished. */
  @SuppressWarnings("unchecked")
  private static <R> CompletableFuture<R> cast(CompletableFuture<Query.Finished> finished) {
    return (CompletableFuture<R>) finished;
  }
}
