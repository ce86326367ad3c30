package dev.flashq.cluster.simulation;

import static dev.flashq.protocol.ErrorCode.FORBIDDEN;

import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A question of a client, and the record that it leaves when it is recorded. */
final class AskedQuestion {
  /** The last index that any node had applied when it was asked. */
  final long from;

  /** The same when the answer came; there was none: without end. */
  private long to = Long.MAX_VALUE;

  private final Query<?> query;
  private final @Nullable AuditAction action;
  private @Nullable Principal who;
  private Command.@Nullable NoteRead record;

  AskedQuestion(long from, Query<?> query) {
    this.from = from;
    this.query = query;
    this.action = AuditAction.of(query);
  }

  /** Reaches a node, which takes the client for somebody. */
  void askedBy(Principal principal) {
    who = principal;
  }

  void answered(long index, @Nullable Object answer, @Nullable Throwable failure) {
    boolean forbidden =
        failure instanceof RefusedException refused && refused.refusal().code() == FORBIDDEN;
    if (action == null || (answer == null && !forbidden)) {
      return;
    }
    to = index;
    record =
        switch (answer) {
          case Query.Found(var job) when job != null ->
              new Command.NoteRead(action, job.queue(), jobs(), 1, null);
          case Query.Page page ->
              new Command.NoteRead(action, queue(), jobs(), page.jobs().size(), null);
          case null -> new Command.NoteRead(action, queue(), jobs(), 0, FORBIDDEN);
          default -> new Command.NoteRead(action, queue(), jobs(), 0, null);
        };
  }

  /** What its record says; null when it was not answered. */
  Command.@Nullable NoteRead record() {
    return record;
  }

  long to() {
    return to;
  }

  /** Whether the record at an index may be of this question. */
  boolean mayHaveLeft(long index, Principal principal, Command.NoteRead note) {
    return principal.equals(who)
        && from < index
        && index <= to
        && (record == null
            ? note.action() == action && note.jobs().equals(jobs())
            : note.equals(record));
  }

  /** What of the policy counts for its answer. */
  boolean isRecorded(PolicyModel policy) {
    Command.NoteRead note = record;
    if (note == null) {
      return false;
    }
    QueueName queue = note.queue();
    return note.refused() != null
        ? policy.recordsRefusals()
        : policy.recordsAnswer(note.action(), queue == null ? null : queue.value());
  }

  private List<JobId> jobs() {
    return switch (query) {
      case Query.GetJob q -> List.of(q.id());
      case Query.WaitForJob q -> List.of(q.id());
      default -> List.of();
    };
  }

  private @Nullable QueueName queue() {
    return query instanceof Query.ListJobs list ? list.queue() : null;
  }

  @Override
  public String toString() {
    return who + " asked " + query + " between " + from + " and " + to + ", recorded as " + record;
  }
}
