package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.seal.KeysNeededException;
import dev.flashq.cluster.seal.Sealer;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.cluster.waiting.Answers;
import dev.flashq.content.InvalidSchemaException;
import dev.flashq.content.JsonSchema;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query.JobPlace;
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
import java.util.Set;
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
  private final Sealing sealing;
  private final Sealer sealer;
  private final Inspector inspector;
  private final Supplier<CompletableFuture<Void>> catchUp;
  private final Executor readers;
  private final ThreadLocal<Line> lines;

  /** Whether any line was ever used. */
  private volatile boolean lined;

  private volatile CompiledRules compiled = CompiledRules.NONE;

  /**
   * @param rules those that this node knows; may fail with {@link RefusedException}
   * @param places where jobs are, as far as this node knows
   * @param catchUp completes when this node knows what was answered before, on any node
   * @param readers for what takes long
   */
  public Inspections(
      Supplier<DataRules> rules,
      Function<List<JobId>, Map<JobId, JobPlace>> places,
      Sealing sealing,
      Supplier<CompletableFuture<Void>> catchUp,
      Executor readers,
      LongSupplier now) {
    this.rules = rules;
    this.sealing = sealing;
    this.sealer = new Sealer(sealing);
    this.inspector = new Inspector(places, sealer, now);
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
        Answers.follow(command.get(), answer);
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

  /** Number of the key under which is sealed in a queue; 0: in the clear. */
  public long key(QueueName queue) {
    return known().of(queue).key();
  }

  /** Why this node cannot serve what is in a queue: it has no key for it. Null: it can. */
  public @Nullable Refused refusal(QueueName queue) {
    try {
      sealing.look();
      long key = known().of(queue).key();
      if (key != 0) {
        sealing.require(key);
      }
      return null;
    } catch (RefusedException e) {
      return e.refusal();
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
    boolean ofKeys = Sealer.concerns(submission.command());
    boolean carries = schema || ofKeys || Inspection.isOf(submission.command());
    boolean quick = !schema && !ofKeys && (!carries || isQuick(submission.command(), known));
    if (quick && (!lined || lines.get().isIdle())) {
      return carries ? looked(submission, propose) : propose.apply(submission);
    }
    lined = true;
    return lines.get().add(() -> carries ? looked(submission, propose) : propose.apply(submission));
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
        yield (its.isEmpty() && its.key() == 0)
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
      return isStale(e.refusal()) && left > 1
          ? again(submission, propose, left - 1, caughtUp)
          : CompletableFuture.completedFuture(e.refusal());
    } catch (Inspector.UnknownJobException e) {
      return whenCaughtUp(submission, propose, left);
    } catch (KeysNeededException e) {
      return left > 1
          ? withKeys(e.subjects(), submission, propose, left - 1)
          : CompletableFuture.completedFuture(NOT_CAUGHT_UP);
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

  /** Goes on when the data subjects have keys. */
  private CompletableFuture<Reply> withKeys(
      Set<ByteString> subjects,
      Submission submission,
      Function<Submission, CompletableFuture<Reply>> propose,
      int left) {
    CompletableFuture<Reply> made = CompletableFuture.completedFuture(Reply.Done.DONE);
    try {
      for (Command.AddKeys keys : sealer.keysFor(subjects)) {
        made =
            made.thenCompose(
                reply ->
                    isFinal(reply)
                        ? CompletableFuture.completedFuture(reply)
                        : propose.apply(new Submission(Principal.SYSTEM, null, keys)));
      }
    } catch (RefusedException e) {
      return CompletableFuture.completedFuture(e.refusal());
    }
    return made.thenCompose(
        reply ->
            isFinal(reply)
                ? CompletableFuture.completedFuture(reply)
                : whenCaughtUp(submission, propose, left));
  }

  /** Whether keys cannot be made; if only the ring key is another by now, they can. */
  private static boolean isFinal(Reply reply) {
    return reply instanceof Refused && !isStale(reply);
  }

  /** A bug of a library must not leave a command without an answer, nor let it pass. */
  private Submission inspect(Submission submission, boolean caughtUp) throws KeysNeededException {
    try {
      CompiledRules known = known();
      return known.version() == 0 && !Sealer.concerns(submission.command())
          ? submission
          : inspector.inspect(submission, known, caughtUp);
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
