package dev.flashq.statemachine.job;

import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto;

/**
 * What is said of a job: by its worker in words of its own, or by the engine.
 *
 * @param text of the worker; empty when the engine says it
 * @param job that the sentence names; 0: none
 */
public record Remark(Kind kind, String text, long job) {
  static final Remark TIMED_OUT = new Remark(Kind.TIMED_OUT, "", 0);
  static final Remark STALLED = new Remark(Kind.STALLED, "", 0);
  static final Remark STALLED_TOO_OFTEN = new Remark(Kind.STALLED_TOO_OFTEN, "", 0);
  static final Remark DISCARDED = new Remark(Kind.DISCARDED, "", 0);

  /** Who says what. The number stands in rows and is never changed or used again. */
  enum Kind {
    WORKER(0, ""),
    TIMED_OUT(1, "Job timed out"),
    STALLED(2, "Job stalled: its worker did not answer in time"),
    STALLED_TOO_OFTEN(3, "Job stalled"),
    DISCARDED(4, "Discarded by user"),
    DEPENDENCY_ENDED(5, "Dependency {job} will not complete");

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
    return new Remark(Kind.WORKER, worker, 0);
  }

  static Remark dependencyEnded(long job) {
    return new Remark(Kind.DEPENDENCY_ENDED, "", job);
  }

  String sentence() {
    return kind == Kind.WORKER ? text : kind.sentence.replace("{job}", Long.toString(job));
  }

  StateProto.Remark encode() {
    return StateProto.Remark.newBuilder().setKind(kind.number).setText(text).setJob(job).build();
  }

  static Remark decode(StateProto.Remark stored) {
    return new Remark(Kind.of(stored.getKind()), stored.getText(), stored.getJob());
  }
}
