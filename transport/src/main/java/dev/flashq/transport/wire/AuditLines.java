package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.statemachine.AuditRecord;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Records of the audit trail as JSON, a line for each. */
public final class AuditLines {
  private AuditLines() {}

  public static byte[] of(List<AuditRecord> records) {
    var lines = new ByteArrayOutputStream();
    for (AuditRecord record : records) {
      var out = new JsonWriter();
      AuditShapes.record(record, out);
      lines.writeBytes(out.toByteArray());
      lines.write('\n');
    }
    return lines.toByteArray();
  }
}
