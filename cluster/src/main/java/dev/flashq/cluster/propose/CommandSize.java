package dev.flashq.cluster.propose;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.AckJobs;
import dev.flashq.statemachine.Command.BindCertificate;
import dev.flashq.statemachine.Command.CleanQueues;
import dev.flashq.statemachine.Command.CreateToken;
import dev.flashq.statemachine.Command.DrainQueue;
import dev.flashq.statemachine.Command.FailJob;
import dev.flashq.statemachine.Command.ListTokens;
import dev.flashq.statemachine.Command.NoteLogins;
import dev.flashq.statemachine.Command.NoteRead;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.Command.PutRole;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Command.RemoveJobs;
import dev.flashq.statemachine.Command.ReportProgress;
import dev.flashq.statemachine.Command.RetryDeadJobs;
import dev.flashq.statemachine.Command.SetDataPolicy;
import dev.flashq.statemachine.Command.SetQuota;
import dev.flashq.statemachine.Command.SetSchema;
import dev.flashq.statemachine.Command.UpdateJob;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Permission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many bytes a command takes in an entry, roughly and never much too low. */
final class CommandSize {
  private static final int SMALL = 64;
  private static final int ID = 12;

  /** What stands around the data of a job without options. */
  private static final int PLAIN = 16;

  /** A wrapped key, and what it is of. */
  private static final int KEY = 128;

  /** An acknowledgement is short but writes as much as some pushes. */
  private static final int ACK = 128;

  private CommandSize() {}

  static long of(Command command) {
    return switch (command) {
      case PushJobs push -> SMALL + push.queue().value().length() + jobs(push.jobs());
      case AckJobs acks -> SMALL + acks(acks.acks());
      case UpdateJob update -> SMALL + update.data().bytes().size();
      case FailJob fail -> SMALL + 3L * fail.error().length() + of(fail.sealed());
      case ReportProgress progress ->
          SMALL
              + (progress.message() == null ? 0 : 3L * progress.message().length())
              + of(progress.sealed());
      case ReleaseJobs release -> SMALL + (long) ID * release.claims().size();
      case PutRole put -> SMALL + permissions(put.role().allow()) + permissions(put.role().deny());
      case SetQuota set ->
          SMALL
              + of(set.quota().name())
              + set.quota().pushes().stream()
                  .flatMap(pushes -> pushes.queues().stream())
                  .mapToLong(CommandSize::of)
                  .sum();
      case Command.BeginErasure begin ->
          SMALL
              + begin.request().wanted().size()
              + begin.request().queues().stream().mapToLong(CommandSize::of).sum()
              + begin.request().edits().stream()
                  .mapToLong(
                      edit ->
                          SMALL + of(edit.path()) + (edit.json() == null ? 0 : edit.json().size()))
                  .sum();
      case Command.EraseJobs step -> SMALL + replacements(step.replacements());
      case Command.ResealJobs step -> SMALL + replacements(step.replacements());
      case Command.AddKeys add -> SMALL + (long) KEY * add.keys().size();
      case Command.RewrapKeys rewrap -> SMALL + (long) KEY * rewrap.keys().size();
      case CleanQueues clean -> SMALL + of(clean.queues()) + clean.from().size();
      case SetSchema set -> SMALL + of(set.queues()) + (set.text() == null ? 0 : set.text().size());
      case SetDataPolicy set ->
          SMALL
              + of(set.policy().queues())
              + set.policy().forbiddenFields().stream().mapToLong(CommandSize::of).sum();
      case ListTokens list ->
          list.tokens().stream()
              .mapToLong(token -> 4L * SMALL + permissions(token.permissions()))
              .sum();
      case NoteRead note -> SMALL + 256 + (long) ID * note.jobs().size();
      case NoteLogins note -> SMALL + (long) SMALL * note.refused().size();
      case CreateToken create -> SMALL + 256 + (long) SMALL * create.roles().size();
      case BindCertificate bind -> SMALL + of(bind.subject()) + (long) SMALL * bind.roles().size();
      default -> SMALL + 256;
    };
  }

  /** Whether the work that it makes follows its size, and not how many jobs it meets. */
  static boolean boundsWork(Command command) {
    return switch (command) {
      case PullJobs pull -> pull.count() == 1;
      case AckJobs acks -> acks.acks().size() == 1;
      case ReleaseJobs release -> release.claims().size() == 1;
      case DrainQueue _, RemoveJobs _, CleanQueues _, RetryDeadJobs _ -> false;
      default -> true;
    };
  }

  private static long of(@Nullable ByteString bytes) {
    return bytes == null ? 0 : bytes.size();
  }

  private static long replacements(List<Erasure.Replacement> replacements) {
    return replacements.stream().mapToLong(item -> SMALL + item.after().bytes().size()).sum();
  }

  private static long permissions(List<Permission> permissions) {
    return permissions.stream()
        .mapToLong(
            permission ->
                SMALL
                    + (long) ID * permission.operations().size()
                    + permission.queues().stream().mapToLong(CommandSize::of).sum())
        .sum();
  }

  private static long acks(List<Command.Ack> acks) {
    long size = (long) ACK * acks.size();
    for (Command.Ack ack : acks) {
      size += ack.result() == null ? 0 : ack.result().bytes().size();
    }
    return size;
  }

  private static long jobs(List<NewJob> jobs) {
    long size = 0;
    for (NewJob job : jobs) {
      size += of(job);
    }
    return size;
  }

  private static long of(NewJob job) {
    JobOptions options = job.options();
    long size = job.data().bytes().size();
    return options == JobOptions.DEFAULTS ? PLAIN + size : SMALL + size + of(options);
  }

  private static long of(JobOptions options) {
    return PushOption.ALL.stream().mapToLong(option -> of(option, options)).sum();
  }

  /** Numbers and flags have room in what every job takes. */
  private static long of(PushOption option, JobOptions options) {
    return switch (option.kind()) {
      case INT32, INT64, MILLIS, FLAG -> 0;
      case TEXT, TEXT_OR_NUMBER -> of(options.text(option));
      case TEXTS -> options.texts(option).stream().mapToLong(CommandSize::of).sum();
      case IDS -> (long) ID * options.ids(option).size();
    };
  }

  private static long of(@Nullable String text) {
    return text == null ? 0 : 3L * text.length();
  }
}
