package dev.flashq.statemachine;

import dev.flashq.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What somebody did, or was refused.
 *
 * @param number of the record, from 1
 * @param atMs when, Unix ms, by the replicated clock
 * @param queue empty: of none
 * @param jobs that it was done to, or that came of it
 * @param count of jobs, also where they are not named
 * @param failed items of a batch that were refused
 * @param refused null: it was done
 * @param subject name of the token, role or certificate that it was about; empty: of none
 * @param user empty: nobody had to say who it is
 * @param address from where; empty: unknown
 */
public record AuditRecord(
    long number,
    long atMs,
    AuditAction action,
    String queue,
    List<JobId> jobs,
    int count,
    int failed,
    @Nullable ErrorCode refused,
    String subject,
    String user,
    String address) {
  public AuditRecord {
    jobs = List.copyOf(jobs);
  }
}
