package dev.flashq.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a listing.
 *
 * @param total jobs that the filter lets through, on this page or not
 * @param cursor names the place where the next page begins, for any node and as long as anybody
 *     wants; null: nothing follows
 */
public record JobPage(List<Job> jobs, long total, @Nullable String cursor) {
  public JobPage {
    jobs = List.copyOf(jobs);
  }

  static JobPage of(Answer answer) {
    return new JobPage(answer.jobs, answer.total, answer.cursor.isEmpty() ? null : answer.cursor);
  }
}
