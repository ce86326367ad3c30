package dev.flashq.server.check;

import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Retention;
import java.util.List;

/**
 * What the cluster's state says of its protection.
 *
 * @param guarded whether clients have to say who they are
 * @param pushQuotas quotas that limit pushes
 * @param rateLimits queues whose deliveries are limited
 * @param retentions policies for what is kept of jobs that have ended
 */
public record Standing(
    boolean guarded,
    DataRules rules,
    AuditPolicy audit,
    int pushQuotas,
    int rateLimits,
    List<Retention> retentions) {
  public Standing {
    retentions = List.copyOf(retentions);
  }
}
