package dev.flashq.cluster.data;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.FieldEdits;
import dev.flashq.protocol.wire.FieldMatch;
import dev.flashq.protocol.wire.FieldPath;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.Erasure.Replacement;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.ErasableJob;
import dev.flashq.statemachine.Query.ErasurePage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the next step of an erasure from what the state holds: the one place that reads data. */
final class Erasing {
  private final Erasure erasure;
  private final FieldMatch match;
  private final FieldEdits edits;
  private final List<Replacement> replacements = new ArrayList<>();
  private long bytes;
  private long looked;
  private long matched;
  private long active;
  private long unreadable;

  private Erasing(Erasure erasure) {
    this.erasure = erasure;
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
  static Command.EraseJobs step(ErasurePage page, boolean skip) {
    return new Erasing(requireNonNull(page.erasure())).through(page, skip);
  }

  private Command.EraseJobs through(ErasurePage page, boolean skip) {
    long to = page.to();
    for (ErasableJob job : page.jobs()) {
      if (bytes >= Limits.ERASURE_WRITE_BYTES) {
        to = job.id().value();
        break;
      }
      look(job);
    }
    return new Command.EraseJobs(
        erasure.number(),
        erasure.next(),
        to,
        new Erasure.Counts(looked, matched, 0, active, unreadable, 0),
        replacements,
        skip);
  }

  private void look(ErasableJob job) {
    looked++;
    active += job.active() ? 1 : 0;
    try {
      if (isMeant(job.data()) || isMeant(job.result())) {
        matched++;
        if (!erasure.request().dryRun()) {
          edit(job, false, job.data());
          edit(job, true, job.result());
        }
      }
    } catch (WireException e) {
      unreadable++;
    }
  }

  private boolean isMeant(@Nullable Payload payload) {
    return payload != null && match.isIn(payload.bytes().toByteArray(), isPacked(payload));
  }

  private static boolean isPacked(Payload payload) {
    return payload.encoding() == Payload.Encoding.MESSAGE_PACK;
  }

  private void edit(ErasableJob job, boolean result, @Nullable Payload payload) {
    if (payload == null) {
      return;
    }
    byte[] edited =
        edits.apply(payload.bytes().toByteArray(), isPacked(payload), Limits.DATA_BYTES);
    if (edited != null) {
      ByteString after = UnsafeByteOperations.unsafeWrap(edited);
      replacements.add(
          new Replacement(
              job.id(), result, Erasure.hash(payload), new Payload(payload.encoding(), after)));
      bytes += edited.length;
    }
  }
}
