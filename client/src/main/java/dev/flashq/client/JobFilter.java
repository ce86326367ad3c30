package dev.flashq.client;

import org.jspecify.annotations.Nullable;

/**
 * Which jobs are listed.
 *
 * @param queue null: of all queues that the token may read
 * @param state waiting, delayed, active, completed, failed or waiting-children; null: in any
 */
public record JobFilter(@Nullable String queue, @Nullable String state) {
  public static final JobFilter ALL = new JobFilter(null, null);

  public static JobFilter of(String queue) {
    return new JobFilter(queue, null);
  }

  public JobFilter in(String value) {
    return new JobFilter(queue, value);
  }
}
