package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search through all jobs for those that are about somebody, whose data is changed. Times are
 * Unix ms.
 *
 * @param by who began it
 * @param request what is looked for and what comes of it; what it looks for is gone when it has
 *     ended
 * @param beganAt when it was asked for
 * @param endedAt 0: not yet
 * @param next the smallest job id that has not been looked at
 * @param last the greatest job id that there was when it began
 */
public record Erasure(
    long number,
    String by,
    Request request,
    Status status,
    long beganAt,
    long endedAt,
    long next,
    long last,
    Counts counts) {

  /**
   * @param field the path of a field
   * @param wanted JSON: what stands there in the jobs that are meant; empty: it has ended
   * @param queues patterns
   * @param states none: all
   * @param dryRun whether it only counts
   */
  public record Request(
      String field,
      ByteString wanted,
      List<Edit> edits,
      List<String> queues,
      List<JobState> states,
      boolean dryRun) {
    public Request {
      edits = List.copyOf(edits);
      queues = List.copyOf(queues);
      states = List.copyOf(states);
    }

    public boolean covers(QueueName queue) {
      return queues.stream().anyMatch(pattern -> Permission.matches(pattern, queue.value()));
    }

    public boolean covers(JobState state) {
      return states.isEmpty() || states.contains(state);
    }
  }

  /**
   * @param json what comes to the path; null: what is there goes
   */
  public record Edit(String path, @Nullable ByteString json) {}

  /** The number stands in the state. */
  public enum Status {
    RUNNING(0),
    DONE(1),
    CANCELLED(2);

    private final int number;

    Status(int number) {
      this.number = number;
    }

    public int number() {
      return number;
    }

    public static @Nullable Status of(int number) {
      return switch (number) {
        case 0 -> RUNNING;
        case 1 -> DONE;
        case 2 -> CANCELLED;
        default -> null;
      };
    }
  }

  /**
   * Jobs.
   *
   * @param looked of the queues and states that are meant
   * @param matched those that are about whom it is looked for
   * @param changed those of which something was changed
   * @param active those that were being worked on: their results were still to come
   * @param unreadable those of whose data or result nothing could be made
   * @param missed those that somebody else kept changing
   */
  public record Counts(
      long looked, long matched, long changed, long active, long unreadable, long missed) {
    public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0);

    public Counts plus(Counts more) {
      return new Counts(
          looked + more.looked,
          matched + more.matched,
          changed + more.changed,
          active + more.active,
          unreadable + more.unreadable,
          missed + more.missed);
    }
  }

  private static final int HASH_BYTES = 16;

  /** Names data by what it is: the beginning of a SHA-256 of its encoding and its bytes. */
  public static ByteString hash(Payload payload) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((byte) payload.encoding().number());
      for (var part : payload.bytes().asReadOnlyByteBufferList()) {
        digest.update(part);
      }
      return ByteString.copyFrom(digest.digest(), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Other data or another result of a job.
   *
   * @param before the hash of what it takes the place of
   */
  public record Replacement(JobId job, JobPart part, ByteString before, Payload after) {}
}
