package dev.flashq.cluster.seal;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.JobPlace;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Seals what one command carries. For any thread. */
public final class Sealer {
  /** In place of a text about somebody whose key is destroyed. */
  private static final String FORGOTTEN = "[withheld: the key of its data subject is destroyed]";

  private final Sealing sealing;

  public Sealer(Sealing sealing) {
    this.sealing = sealing;
  }

  /** Whether a command is about keys, whatever is said about data. */
  public static boolean concerns(Command command) {
    return switch (command) {
      case Command.SealQueues _, Command.DestroySubject _ -> true;
      case Command.PushJobs push -> namesSubjects(push);
      default -> false;
    };
  }

  private static boolean namesSubjects(Command.PushJobs push) {
    for (NewJob job : push.jobs()) {
      if (job.options().subject() != null) {
        return true;
      }
    }
    return false;
  }

  /**
   * The command as it may stand in the log. Fails with {@link RefusedException} when this node has
   * no key for it.
   *
   * @param keys number of the key under which is sealed in a queue; 0: in the clear
   * @param places where the jobs are that it names, as far as there are such jobs
   */
  public Command seal(Command command, ToLongFunction<QueueName> keys, Map<JobId, JobPlace> places)
      throws KeysNeededException {
    return switch (command) {
      case Command.PushJobs push -> push(push, keys.applyAsLong(push.queue()));
      case Command.UpdateJob update -> {
        Under under = under(update.job(), keys, places);
        if (under == null) {
          yield update;
        }
        if (under.isForgotten()) {
          throw new RefusedException(
              new Refused(
                  ErrorCode.WRONG_STATE,
                  "The key of the data subject of job " + update.job() + " is destroyed"));
        }
        yield new Command.UpdateJob(update.job(), under.seal(JobPart.DATA, update.data()));
      }
      case Command.AckJobs acks -> acks(acks, keys, places);
      case Command.FailJob fail -> {
        Under under = fail.error().isEmpty() ? null : under(fail.claim().job(), keys, places);
        if (under == null) {
          yield fail;
        }
        yield under.isForgotten()
            ? new Command.FailJob(fail.claim(), FORGOTTEN)
            : new Command.FailJob(fail.claim(), "", under.seal(JobPart.ERROR, fail.error()));
      }
      case Command.ReportProgress progress -> {
        String message = progress.message();
        Under under = message == null ? null : under(progress.claim().job(), keys, places);
        if (message == null || under == null) {
          yield progress;
        }
        yield under.isForgotten()
            ? new Command.ReportProgress(progress.claim(), progress.progress(), FORGOTTEN)
            : new Command.ReportProgress(
                progress.claim(), progress.progress(), null, under.seal(JobPart.MESSAGE, message));
      }
      case Command.SealQueues seal ->
          new Command.SealQueues(
              seal.queues(), sealing.newKey(Sealing.namespace(seal.queues())), seal.destroy());
      case Command.DestroySubject destroy ->
          new Command.DestroySubject(
              destroy.subject(),
              requireNonNull(sealing.hashes(Set.of(destroy.subject())).get(destroy.subject())));
      default -> command;
    };
  }

  /** Keys under which something of a job is sealed. */
  private final class Under {
    private final long key;
    private final long subject;

    Under(long key, long subject) {
      this.key = key;
      this.subject = subject;
    }

    /** Whether nothing may be kept of what it carries: nobody could be forgotten otherwise. */
    boolean isForgotten() {
      return !sealing.hasSubject(subject);
    }

    Payload seal(JobPart part, Payload clear) {
      return sealing.seal(key, subject, part, clear);
    }

    ByteString seal(JobPart part, String clear) {
      return seal(part, new Payload(Payload.Encoding.TEXT, ByteString.copyFromUtf8(clear))).bytes();
    }
  }

  /** Null: nothing of it is sealed, or there is no such job. */
  private @Nullable Under under(
      JobId job, ToLongFunction<QueueName> keys, Map<JobId, JobPlace> places) {
    JobPlace place = places.get(job);
    long key = place == null ? 0 : keys.applyAsLong(place.queue());
    return place == null || key == 0 ? null : new Under(key, place.subject());
  }

  private Command acks(
      Command.AckJobs command, ToLongFunction<QueueName> keys, Map<JobId, JobPlace> places) {
    var acks = new ArrayList<Command.Ack>(command.acks().size());
    boolean changed = false;
    for (Command.Ack ack : command.acks()) {
      Payload result = ack.result();
      Under under = result == null ? null : under(ack.claim().job(), keys, places);
      changed |= under != null;
      acks.add(
          result == null || under == null
              ? ack
              : new Command.Ack(
                  ack.claim(), under.isForgotten() ? null : under.seal(JobPart.RESULT, result)));
    }
    return changed ? new Command.AckJobs(acks) : command;
  }

  private Command push(Command.PushJobs push, long key) throws KeysNeededException {
    if (key == 0) {
      if (namesSubjects(push)) {
        throw new RefusedException(
            new Refused(
                ErrorCode.INVALID_REQUEST,
                "subject is for queues that are encrypted, and queue " + push.queue() + " is not"));
      }
      return push;
    }
    Map<String, ByteString> hashes = hashes(push);
    Map<ByteString, Long> subjects =
        hashes.isEmpty() ? Map.of() : sealing.subjectKeys(new LinkedHashSet<>(hashes.values()));
    var keys = new HashMap<Long, Sealing.KeyPair>();
    var jobs = new ArrayList<NewJob>(push.jobs().size());
    for (NewJob job : push.jobs()) {
      String name = job.options().subject();
      long subject = name == null ? 0 : requireNonNull(subjects.get(hashes.get(name)));
      jobs.add(
          new NewJob(
              keys.computeIfAbsent(subject, its -> sealing.keyPair(key, its))
                  .seal(JobPart.DATA, job.data()),
              name == null
                  ? job.options()
                  : job.options().toBuilder().subject(Long.toString(subject)).build()));
    }
    return new Command.PushJobs(push.queue(), jobs);
  }

  private Map<String, ByteString> hashes(Command.PushJobs push) throws KeysNeededException {
    if (!namesSubjects(push)) {
      return Map.of();
    }
    var names = new LinkedHashSet<String>();
    for (NewJob job : push.jobs()) {
      if (job.options().subject() != null) {
        names.add(job.options().subject());
      }
    }
    return sealing.hashes(names);
  }

  /** Keys for data subjects, as they are proposed. */
  public List<Command.AddKeys> keysFor(Set<ByteString> subjects) {
    var commands = new ArrayList<Command.AddKeys>();
    var keys = new ArrayList<Command.NewKey>();
    long ring = 0;
    for (ByteString subject : subjects) {
      var wrapped = sealing.newKey(Sealing.subject(subject));
      if (!keys.isEmpty() && (wrapped.ring() != ring || keys.size() == Limits.KEYS_PER_COMMAND)) {
        commands.add(new Command.AddKeys(ring, keys));
        keys.clear();
      }
      ring = wrapped.ring();
      keys.add(new Command.NewKey(subject, wrapped.bytes()));
    }
    commands.add(new Command.AddKeys(ring, keys));
    return commands;
  }
}
