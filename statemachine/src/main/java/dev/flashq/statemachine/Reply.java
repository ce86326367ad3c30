package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a command. Refusals are answers like any other. */
public sealed interface Reply {
  /** Carried out; there is nothing more to say. */
  record Done() implements Reply {
    public static final Done DONE = new Done();
  }

  /** One outcome per pushed job, in order. */
  record Pushed(List<PushOutcome> outcomes) implements Reply {
    public Pushed {
      outcomes = List.copyOf(outcomes);
    }
  }

  /** What became of one pushed job. */
  sealed interface PushOutcome {
    /** A new job, or the one that already has the custom id. */
    record Accepted(JobId id, boolean existing) implements PushOutcome {}
  }

  /** Jobs handed to the caller, each with its lease; empty when there was none. */
  record Delivered(List<JobView> jobs) implements Reply {
    public static final Delivered NONE = new Delivered(List.of());

    public Delivered {
      jobs = List.copyOf(jobs);
    }
  }

  /** Something has begun that goes on by itself, and has a number. */
  record Begun(long number) implements Reply {}

  /** How many jobs were completed, and why the others were not (index into the request's list). */
  record Acked(int count, List<Failure> failures) implements Reply {
    public Acked {
      failures = List.copyOf(failures);
    }
  }

  /** The refusal of one item of a batch. */
  record Failure(int index, Refused refusal) {}

  /**
   * How many jobs were removed or moved.
   *
   * @param more whether the limit of the command left some behind
   * @param next where the next command goes on; empty when it has no need to
   */
  record Removed(int count, boolean more, ByteString next) implements Reply {
    public Removed(int count, boolean more) {
      this(count, more, ByteString.EMPTY);
    }
  }

  /**
   * Not carried out, and why; nothing has changed.
   *
   * @param detail a sentence for people
   * @param reason what the engine says the sentence by; null when it does not come from there, or
   *     may pass
   */
  record Refused(ErrorCode code, String detail, Reason.@Nullable Detail reason)
      implements Reply, PushOutcome {
    public Refused(ErrorCode code, String detail) {
      this(code, detail, null);
    }
  }
}
