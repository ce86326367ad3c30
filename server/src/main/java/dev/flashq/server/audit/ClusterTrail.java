package dev.flashq.server.audit;

import dev.flashq.cluster.ClusterNode;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.List;

/** The trail of a node of the cluster. */
public record ClusterTrail(ClusterNode cluster) implements ExportSource {
  @Override
  public boolean leads() {
    return cluster.featureLevel() >= FeatureLevel.AUDIT_HEADS
        && cluster.view().role().equals("leader");
  }

  @Override
  public AuditStanding standing() {
    return cluster.audit();
  }

  @Override
  public List<AuditRecord> records(long fromMs, long after) {
    var query =
        new Query.ListAudit(fromMs, Long.MAX_VALUE, null, null, null, null, after, Limits.PAGE);
    return cluster.gateway().ask(Principal.SYSTEM, query, Consistency.LOCAL).join().records();
  }

  @Override
  public void exported(AuditRecord last) {
    var _ =
        cluster
            .gateway()
            .submit(Principal.SYSTEM, null, new Command.NoteExported(last.number(), last.atMs()))
            .join();
  }
}
