package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;

import dev.flashq.content.InvalidSchemaException;
import dev.flashq.content.JsonSchema;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.log.CommandNumbers;
import dev.flashq.statemachine.log.Submission;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has commands inspected on their way to the log. What one thread submits goes on in the order in
 * which it came, whatever takes long to look at.
 */
public final class Inspections {
  /** Bytes of data up to which a command is looked at where it arrives. */
  private static final int SMALL_BYTES = 16 * 1024;

  /** How often a command is inspected when the rules change under it. */
  private static final int ATTEMPTS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Inspections.class);
  private static final Refused NOT_LOOKED_AT =
      new Refused(
          ErrorCode.INTERNAL_ERROR,
          "The server failed to look at the data of this command; it had no effect");

  private static final Refused NOT_CAUGHT_UP =
      new Refused(
          ErrorCode.SERVICE_UNAVAILABLE,
          "Service unavailable: this node does not know the job yet, retry later");

  private final Supplier<DataRules> rules;
  private final Inspector inspector;
  private final Supplier<CompletableFuture<Void>> catchUp;
  private final Executor readers;
  private final ThreadLocal<Line> lines;

  /** Whether any line was ever used. */
  private volatile boolean lined;

  private volatile CompiledRules compiled = CompiledRules.NONE;

  /**
   * @param rules those that this node knows; may fail with {@link RefusedException}
   * @param queues of which queues jobs are, as far as this node knows
   * @param catchUp completes when this node knows what was answered before, on any node
   * @param readers for what takes long
   */
  public Inspections(
      Supplier<DataRules> rules,
      Function<List<JobId>, Map<JobId, QueueName>> queues,
      Supplier<CompletableFuture<Void>> catchUp,
      Executor readers,
      LongSupplier now) {
    this.rules = rules;
    this.inspector = new Inspector(queues, now);
    this.catchUp = catchUp;
    this.readers = readers;
    this.lines = ThreadLocal.withInitial(() -> new Line(readers));
  }

  /** Commands of one thread, one after the other. */
  private static final class Line {
    private final Executor readers;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    Line(Executor readers) {
      this.readers = readers;
    }

    synchronized boolean isIdle() {
      return !running;
    }

    CompletableFuture<Reply> add(Supplier<CompletableFuture<Reply>> command) {
      var answer = new CompletableFuture<Reply>();
      synchronized (this) {
        waiting.add(() -> run(command, answer));
        if (running) {
          return answer;
        }
        running = true;
      }
      readers.execute(this::next);
      return answer;
    }

    /** Nothing may leave a command without an answer. */
    private static void run(
        Supplier<CompletableFuture<Reply>> command, CompletableFuture<Reply> answer) {
      try {
        follow(command.get(), answer);
      } catch (Throwable e) {
        answer.completeExceptionally(e);
        throw e;
      }
    }

    private void next() {
      Runnable command;
      synchronized (this) {
        command = waiting.poll();
        if (command == null) {
          running = false;
          return;
        }
      }
      try {
        command.run();
      } finally {
        readers.execute(this::next);
      }
    }
  }

  /** Proposes a command when it has been looked at; behind those that this thread gave before. */
  public CompletableFuture<Reply> submit(
      Submission submission, Function<Submission, CompletableFuture<Reply>> propose) {
    CompiledRules known;
    try {
      known = known();
    } catch (RefusedException e) {
      return CompletableFuture.completedFuture(e.refusal());
    }
    boolean schema = submission.command() instanceof Command.SetSchema set && set.text() != null;
    boolean carries = schema || Inspection.isOf(submission.command());
    boolean quick = !schema && (!carries || isQuick(submission.command(), known));
    if (quick && (!lined || lines.get().isIdle())) {
      return carries ? looked(submission, propose) : propose.apply(submission);
    }
    lined = true;
    return lines.get().add(() -> carries ? looked(submission, propose) : propose.apply(submission));
  }

  /** The answer is that of what was proposed, which ends when nobody wants it any more. */
  private static void follow(CompletableFuture<Reply> proposed, CompletableFuture<Reply> answer) {
    var _ =
        proposed.whenComplete(
            (reply, failure) -> {
              if (failure == null) {
                answer.complete(reply);
              } else {
                answer.completeExceptionally(failure);
              }
            });
    var _ =
        answer.whenComplete(
            (_, _) -> {
              if (answer.isCancelled()) {
                proposed.cancel(true);
              }
            });
  }

  private CompiledRules known() {
    DataRules said = rules.get();
    CompiledRules last = compiled;
    if (last.version() == said.version()) {
      return last;
    }
    synchronized (this) {
      if (compiled.version() != said.version()) {
        compiled = compiled.next(said);
      }
      return compiled;
    }
  }

  /** Whether looking at it takes no longer than reading it did; schemas may take more. */
  private static boolean isQuick(Command command, CompiledRules rules) {
    if (rules.isEmpty()) {
      return true;
    }
    return switch (command) {
      case Command.PushJobs push -> {
        CompiledRules.OfQueue its = rules.of(push.queue());
        yield its.isEmpty()
            || (its.schemas().isEmpty()
                && push.jobs().stream().mapToLong(job -> job.data().bytes().size()).sum()
                    <= SMALL_BYTES);
      }
      case Command.AckJobs _, Command.FailJob _, Command.ReportProgress _ ->
          !rules.concernsWorkers();
      default -> false;
    };
  }

  private CompletableFuture<Reply> looked(
      Submission submission, Function<Submission, CompletableFuture<Reply>> propose) {
    if (submission.command() instanceof Command.SetSchema set && set.text() != null) {
      Refused refusal = refusal(set);
      return refusal == null
          ? propose.apply(submission)
          : CompletableFuture.completedFuture(refusal);
    }
    return attempt(submission, propose, ATTEMPTS, false);
  }

  private static @Nullable Refused refusal(Command.SetSchema set) {
    try {
      var _ = JsonSchema.parse(requireNonNull(set.text()).toByteArray());
      return null;
    } catch (InvalidSchemaException e) {
      return new Refused(ErrorCode.INVALID_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private CompletableFuture<Reply> attempt(
      Submission submission,
      Function<Submission, CompletableFuture<Reply>> propose,
      int left,
      boolean caughtUp) {
    Submission seen;
    try {
      seen = inspect(submission, caughtUp);
    } catch (RefusedException e) {
      return CompletableFuture.completedFuture(e.refusal());
    } catch (Inspector.UnknownJobException e) {
      return whenCaughtUp(submission, propose, left);
    }
    return propose
        .apply(seen)
        .thenCompose(
            reply ->
                isStale(reply) && left > 1
                    ? again(submission, propose, left - 1, caughtUp)
                    : CompletableFuture.completedFuture(reply));
  }

  private CompletableFuture<Reply> again(
      Submission submission,
      Function<Submission, CompletableFuture<Reply>> propose,
      int left,
      boolean caughtUp) {
    return CompletableFuture.supplyAsync(
            () -> attempt(submission, propose, left, caughtUp), readers)
        .thenCompose(reply -> reply);
  }

  private CompletableFuture<Reply> whenCaughtUp(
      Submission submission, Function<Submission, CompletableFuture<Reply>> propose, int left) {
    return catchUp
        .get()
        .handle(
            (_, failure) ->
                failure == null
                    ? again(submission, propose, left, true)
                    : CompletableFuture.<Reply>completedFuture(NOT_CAUGHT_UP))
        .thenCompose(reply -> reply);
  }

  /** A bug of a library must not leave a command without an answer, nor let it pass. */
  private Submission inspect(Submission submission, boolean caughtUp) {
    try {
      CompiledRules known = known();
      return known.version() == 0 ? submission : inspector.inspect(submission, known, caughtUp);
    } catch (RefusedException | Inspector.UnknownJobException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError e) {
      // Its message may repeat what is in the data.
      LOG.error(
          "Data of command {} cannot be looked at: {} at {}",
          CommandNumbers.of(submission.command()),
          e.getClass().getName(),
          e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0]);
      throw new RefusedException(NOT_LOOKED_AT);
    }
  }

  /** Whether other rules hold at its place in the log than those that this node knew. */
  private static boolean isStale(Reply reply) {
    return reply instanceof Refused refused
        && refused.reason() != null
        && refused.reason().reason() == Reason.DATA_RULES_CHANGED;
  }
}
