package dev.flashq.cluster.audit;

import dev.flashq.cluster.waiting.Answers;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.log.Submission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that answers which belong into the audit trail are given only when they stand there:
 * those that the policy names, and refusals for want of a permission.
 */
public final class AuditedReads {
  private final IntSupplier featureLevel;
  private final Supplier<AuditPolicy> policy;
  private final Function<Submission, CompletableFuture<Reply>> propose;

  /**
   * @param featureLevel that the cluster has reached as far as this node knows
   * @param policy what is recorded as far as this node knows
   */
  public AuditedReads(
      IntSupplier featureLevel,
      Supplier<AuditPolicy> policy,
      Function<Submission, CompletableFuture<Reply>> propose) {
    this.featureLevel = featureLevel;
    this.policy = policy;
    this.propose = propose;
  }

  /** The jobs and queues that an answer is about; of no queue: it may be any. */
  private record Shown(List<QueueName> queues, List<JobId> jobs, int count) {
    boolean isRecorded(AuditPolicy policy, AuditAction action) {
      return queues.isEmpty()
          ? policy.mayRecord(action)
          : queues.stream().anyMatch(queue -> policy.records(action, queue.value()));
    }

    @Nullable QueueName queue() {
      return queues.size() == 1 ? queues.getFirst() : null;
    }
  }

  /** The answer, when it may be given. */
  public <R> CompletableFuture<R> recorded(
      Principal principal, Query<R> query, CompletableFuture<R> answer) {
    AuditAction action = AuditAction.of(query);
    if (action == null || principal.isSystem()) {
      return answer;
    }
    var recorded = new CompletableFuture<R>();
    var _ =
        answer.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                answered(principal, query, action, value, recorded);
              } else {
                failed(principal, query, action, failure, recorded);
              }
            });
    Answers.cancelWith(recorded, answer);
    return recorded;
  }

  private <R> void answered(
      Principal principal,
      Query<R> query,
      AuditAction action,
      R value,
      CompletableFuture<R> recorded) {
    Shown shown = shown(query, value);
    try {
      if (!isUnderstood(action) || !shown.isRecorded(policy.get(), action)) {
        recorded.complete(value);
        return;
      }
    } catch (RefusedException e) {
      recorded.completeExceptionally(e);
      return;
    }
    var note = new Command.NoteRead(action, shown.queue(), shown.jobs, shown.count, null);
    var _ =
        propose
            .apply(new Submission(principal, null, note))
            .whenComplete(
                (reply, failure) -> {
                  if (reply instanceof Reply.Done) {
                    recorded.complete(value);
                  } else if (reply instanceof Reply.Refused refusal) {
                    recorded.completeExceptionally(new RefusedException(refusal));
                  } else {
                    recorded.completeExceptionally(failure);
                  }
                });
  }

  private <R> void failed(
      Principal principal,
      Query<R> query,
      AuditAction action,
      Throwable failure,
      CompletableFuture<R> recorded) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (!(cause instanceof RefusedException refused)
        || refused.refusal().code() != ErrorCode.FORBIDDEN
        || !isUnderstood(action)) {
      recorded.completeExceptionally(failure);
      return;
    }
    Shown asked = asked(query);
    var note = new Command.NoteRead(action, asked.queue(), asked.jobs, 0, refused.refusal().code());
    var _ =
        propose
            .apply(new Submission(principal, null, note))
            .whenComplete(
                (reply, lost) ->
                    recorded.completeExceptionally(
                        lost != null ? lost : isNoted(reply) ? failure : unable(reply)));
  }

  /** Whether the trail has the refusal, or has counted it because it is full. */
  private static boolean isNoted(Reply reply) {
    return reply instanceof Reply.Refused refused
        && (refused.code() == ErrorCode.FORBIDDEN || refused.code() == ErrorCode.AUDIT_FULL);
  }

  private static RuntimeException unable(Reply reply) {
    return reply instanceof Reply.Refused refused
        ? new RefusedException(refused)
        : new IllegalStateException("a refusal was recorded as " + reply);
  }

  private boolean isUnderstood(AuditAction action) {
    return featureLevel.getAsInt() >= action.level();
  }

  private static Shown shown(Query<?> query, @Nullable Object answer) {
    Shown asked = asked(query);
    return switch (answer) {
      case Query.Found(JobView job) when job != null ->
          new Shown(List.of(job.queue()), List.of(job.id()), 1);
      case Query.Page page ->
          new Shown(
              asked.queues.isEmpty()
                  ? page.jobs().stream().map(JobView::queue).distinct().toList()
                  : asked.queues,
              asked.jobs,
              page.jobs().size());
      case null, default -> asked;
    };
  }

  /** What a question names. */
  private static Shown asked(Query<?> query) {
    return switch (query) {
      case Query.GetJob q -> new Shown(List.of(), List.of(q.id()), 0);
      case Query.WaitForJob q -> new Shown(List.of(), List.of(q.id()), 0);
      case Query.GetJobs q -> new Shown(List.of(), q.ids(), 0);
      case Query.ListJobs q -> of(q.queue());
      case Query.ListDeadJobs q -> of(q.queue());
      case Query.GetQueue q -> of(q.name());
      case Query.ListSchemas q -> of(q.queue());
      case Query.GetJobByCustomId _,
          Query.ListQueues _,
          Query.GetStats _,
          Query.ListCredentials _,
          Query.ListRoles _,
          Query.ListQuotas _,
          Query.ListDataPolicies _,
          Query.CheckAccess _,
          Query.ListAudit _,
          Query.ListAuditBlocks _,
          Query.GetAuditPolicy _,
          Query.GetPayloads _,
          Query.IsAnswered _,
          Query.ListErasures _,
          Query.ListRetentions _,
          Query.NextErasure _,
          Query.GetSealing _,
          Query.SubjectKeys _,
          Query.KeysToRewrap _,
          Query.NextReseal _,
          Query.QueuesOf _ ->
          of(null);
    };
  }

  private static Shown of(@Nullable QueueName queue) {
    return new Shown(queue == null ? List.of() : List.of(queue), List.of(), 0);
  }
}
