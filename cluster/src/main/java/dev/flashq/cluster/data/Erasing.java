package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.cluster.seal.Sealing;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.FieldEdits;
import dev.flashq.protocol.wire.FieldMatch;
import dev.flashq.protocol.wire.FieldPath;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Replacement;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.ErasableJob;
import dev.flashq.statemachine.Query.ErasurePage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the next step of an erasure from what the state holds: the one place that reads data. */
final class Erasing {
  private final Erasure erasure;
  private final Sealing sealing;
  private final FieldMatch match;
  private final FieldEdits edits;
  private final List<Replacement> replacements = new ArrayList<>();
  private long bytes;
  private long looked;
  private long matched;
  private long active;
  private long unreadable;

  private Erasing(Erasure erasure, Sealing sealing) {
    this.erasure = erasure;
    this.sealing = sealing;
    this.match =
        new FieldMatch(
            FieldPath.parse(erasure.request().field()), erasure.request().wanted().toByteArray());
    this.edits =
        new FieldEdits(
            erasure.request().edits().stream()
                .map(
                    edit ->
                        new FieldEdits.Edit(
                            FieldPath.parse(edit.path()),
                            edit.json() == null ? null : edit.json().toByteArray()))
                .toList());
  }

  /**
   * The step that follows from a page.
   *
   * @param skip whether what changes meanwhile is given up
   */
  static Command.EraseJobs step(ErasurePage page, boolean skip, Sealing sealing) {
    return new Erasing(requireNonNull(page.erasure()), sealing).through(page, skip);
  }

  private Command.EraseJobs through(ErasurePage page, boolean skip) {
    long to = page.to();
    for (ErasableJob job : page.jobs()) {
      if (bytes >= Limits.ERASURE_WRITE_BYTES || !look(job)) {
        to = job.id().value();
        break;
      }
    }
    return new Command.EraseJobs(
        erasure.number(),
        erasure.next(),
        to,
        new Erasure.Counts(looked, matched, 0, active, unreadable, 0),
        replacements,
        skip);
  }

  /**
   * False when the step has become as large as it may be before all of the job was in it. What
   * makes the job one that is meant comes last, so that the next step finds it again.
   */
  private boolean look(ErasableJob job) {
    boolean whole = true;
    try {
      Payload data = opened(JobPart.DATA, job.data());
      Payload result = opened(JobPart.RESULT, job.result());
      boolean byData = isMeant(data);
      if (byData || isMeant(result)) {
        if (!erasure.request().dryRun()) {
          whole =
              byData
                  ? edit(job, JobPart.RESULT, job.result(), result)
                      && edit(job, JobPart.DATA, job.data(), data)
                  : edit(job, JobPart.DATA, job.data(), data)
                      && edit(job, JobPart.RESULT, job.result(), result);
        }
        matched += whole ? 1 : 0;
      }
    } catch (WireException e) {
      unreadable++;
    }
    looked += whole ? 1 : 0;
    active += whole && job.active() ? 1 : 0;
    return whole;
  }

  private boolean isMeant(@Nullable Payload payload) {
    return payload != null && match.isIn(payload.bytes().toByteArray(), isPacked(payload));
  }

  private static boolean isPacked(Payload payload) {
    return payload.encoding() == Payload.Encoding.MESSAGE_PACK;
  }

  /** In the clear; what nobody can read any more is about nobody. */
  private @Nullable Payload opened(JobPart part, @Nullable Payload payload) {
    return payload == null || !payload.isSealed() ? payload : sealing.open(part, payload);
  }

  private boolean edit(
      ErasableJob job, JobPart part, @Nullable Payload stored, @Nullable Payload clear) {
    if (stored == null || clear == null) {
      return true;
    }
    if (bytes > 0 && bytes + stored.bytes().size() > Limits.DATA_BYTES) {
      return false;
    }
    byte[] edited = edits.apply(clear.bytes().toByteArray(), isPacked(clear), Limits.DATA_BYTES);
    if (edited != null) {
      var after = new Payload(clear.encoding(), UnsafeByteOperations.unsafeWrap(edited));
      replacements.add(
          new Replacement(
              job.id(),
              part,
              Erasure.hash(stored),
              stored.isSealed() ? sealing.sealAs(stored, part, after) : after));
      bytes += edited.length;
    }
    return true;
  }
}
