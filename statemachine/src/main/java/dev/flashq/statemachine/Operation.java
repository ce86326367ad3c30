package dev.flashq.statemachine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a permission allows. The word is what rules say, the number stands in the log and the state:
 * neither is ever changed or used again.
 */
public enum Operation {
  PUSH(1, "push", "push to"),
  PULL(2, "pull", "pull from"),
  ACK(3, "ack", "ack in"),
  FAIL(4, "fail", "fail in"),
  PROGRESS(5, "progress", "report progress in"),
  GET_JOB(6, "getJob", "get jobs of"),
  CANCEL(7, "cancel", "cancel in"),
  /** Settings of queues, many jobs at once, dead letters, and what operators do to a job. */
  ADMIN(8, "admin", "administer"),
  /** Tokens, roles, certificates, and the cluster itself. Of the cluster, not of a queue. */
  SECURITY(9, "security", "administer"),
  /** Reading the audit trail. Of the cluster, not of a queue. */
  AUDIT(10, "audit", "read the audit trail of");

  private static final List<Operation> ALL = List.of(values());

  private final int number;
  private final String word;
  private final String phrase;

  Operation(int number, String word, String phrase) {
    this.number = number;
    this.word = word;
    this.phrase = phrase;
  }

  public int number() {
    return number;
  }

  public String word() {
    return word;
  }

  /** What a token may not do, in front of "queue emails". */
  String phrase() {
    return phrase;
  }

  public static @Nullable Operation of(int number) {
    for (Operation operation : ALL) {
      if (operation.number == number) {
        return operation;
      }
    }
    return null;
  }

  public static @Nullable Operation of(String word) {
    for (Operation operation : ALL) {
      if (operation.word.equals(word)) {
        return operation;
      }
    }
    return null;
  }
}
