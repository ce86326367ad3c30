package dev.flashq.statemachine.job;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a job: by its worker in words of its own, or by the engine.
 *
 * @param text of the worker; empty when the engine says it
 * @param job that the sentence names; 0: none
 * @param sealed the words of the worker when they are sealed; otherwise empty
 */
public record Remark(Kind kind, String text, long job, ByteString sealed) {
  static final Remark TIMED_OUT = new Remark(Kind.TIMED_OUT, "", 0, ByteString.EMPTY);
  static final Remark STALLED = new Remark(Kind.STALLED, "", 0, ByteString.EMPTY);
  static final Remark STALLED_TOO_OFTEN =
      new Remark(Kind.STALLED_TOO_OFTEN, "", 0, ByteString.EMPTY);
  static final Remark DISCARDED = new Remark(Kind.DISCARDED, "", 0, ByteString.EMPTY);

  /** Who says what. The number stands in rows and is never changed or used again. */
  enum Kind {
    WORKER(0, ""),
    TIMED_OUT(1, "Job timed out"),
    STALLED(2, "Job stalled: its worker did not answer in time"),
    STALLED_TOO_OFTEN(3, "Job stalled"),
    DISCARDED(4, "Discarded by user"),
    DEPENDENCY_ENDED(5, "Dependency {job} will not complete"),
    /** The worker's words, sealed. */
    SEALED(6, "");

    private final int number;
    private final String sentence;

    Kind(int number, String sentence) {
      this.number = number;
      this.sentence = sentence;
    }

    int number() {
      return number;
    }

    private static Kind of(int number) {
      for (Kind kind : values()) {
        if (kind.number == number) {
          return kind;
        }
      }
      throw new StorageException("a remark on a job that this version does not know");
    }
  }

  static Remark of(String worker) {
    return new Remark(Kind.WORKER, worker, 0, ByteString.EMPTY);
  }

  static Remark ofSealed(ByteString sealed) {
    // The bytes of a command are a part of its whole entry.
    return new Remark(Kind.SEALED, "", 0, ByteString.copyFrom(sealed.toByteArray()));
  }

  /** What the worker said; null when it is the engine that speaks. */
  public @Nullable Payload payload() {
    return switch (kind) {
      case WORKER -> new Payload(Payload.Encoding.TEXT, ByteString.copyFromUtf8(text));
      case SEALED -> new Payload(Payload.Encoding.SEALED, sealed);
      default -> null;
    };
  }

  /** The inverse of {@link #payload}. */
  static Remark of(Payload payload) {
    return payload.isSealed() ? ofSealed(payload.bytes()) : of(payload.bytes().toStringUtf8());
  }

  static Remark dependencyEnded(long job) {
    return new Remark(Kind.DEPENDENCY_ENDED, "", job, ByteString.EMPTY);
  }

  /** As clients see it; null when it has to be opened first. */
  @Nullable String sentence() {
    return switch (kind) {
      case WORKER -> text;
      case SEALED -> null;
      default -> kind.sentence.replace("{job}", Long.toString(job));
    };
  }

  StateProto.Remark encode() {
    return StateProto.Remark.newBuilder()
        .setKind(kind.number)
        .setText(text)
        .setJob(job)
        .setSealed(sealed)
        .build();
  }

  static Remark decode(StateProto.Remark stored) {
    return new Remark(
        Kind.of(stored.getKind()), stored.getText(), stored.getJob(), stored.getSealed());
  }
}
