package dev.flashq.server.audit;

import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.AuditStanding;
import java.util.List;

/** The audit trail as this node has it. */
public interface ExportSource {
  /** Whether it is for this node to write it out. */
  boolean leads();

  /** How far it has come. */
  AuditStanding standing();

  /** The next records behind one, of which the time is known. */
  List<AuditRecord> records(long fromMs, long after);

  /** Tells the cluster that it has been written out up to a record. */
  void exported(AuditRecord last);
}
