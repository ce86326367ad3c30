package dev.flashq.statemachine.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.Query.AuditBlocks;
import dev.flashq.statemachine.Query.AuditPage;
import dev.flashq.statemachine.Query.ListAudit;
import dev.flashq.statemachine.Query.ListAuditBlocks;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Views.View;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers questions about the audit trail from a view; each looks at a bounded number of records.
 */
public final class AuditReader {
  /** Records that one question looks at. */
  private static final int LOOKS = 100_000;

  private static final byte[] ALL = new byte[0];

  private AuditReader() {}

  public static AuditPage records(ListAudit query, View view) {
    var page = new ArrayList<AuditRecord>();
    var looks = new int[1];
    var last = new long[] {query.fromMs(), query.after()};
    var more = new boolean[1];
    view.scan(
        Column.AUDIT,
        ALL,
        Bytes.of(query.fromMs(), 0),
        (key, value) -> {
          if (Bytes.longAt(key, 0) >= query.toMs()) {
            return false;
          }
          for (AuditRecord record : Block.records(value)) {
            if (record.number() <= query.after()) {
              continue;
            }
            if (page.size() == query.limit() || looks[0] == LOOKS) {
              more[0] = true;
              return false;
            }
            looks[0]++;
            last[0] = record.atMs();
            last[1] = record.number();
            if (matches(query, record)) {
              page.add(record);
            }
          }
          return true;
        });
    return new AuditPage(page, last[0], last[1], more[0]);
  }

  private static boolean matches(ListAudit query, AuditRecord record) {
    return (query.user() == null || query.user().equals(record.user()))
        && (query.action() == null || query.action() == record.action())
        && (query.queue() == null || query.queue().value().equals(record.queue()))
        && (query.success() == null || query.success() == (record.refused() == null));
  }

  public static AuditBlocks blocks(ListAuditBlocks query, MetaRecord meta, View view) {
    var blocks = new ArrayList<ByteString>();
    var bytes = new long[1];
    var last = new long[2];
    var more = new boolean[1];
    view.scan(
        Column.AUDIT,
        ALL,
        Bytes.of(query.fromMs(), query.after() + 1),
        (key, value) -> {
          if (blocks.size() == query.limit() || bytes[0] > Limits.DELIVERY_BYTES) {
            more[0] = true;
            return false;
          }
          bytes[0] += value.length;
          last[0] = Bytes.longAt(key, 0);
          last[1] = Block.last(value);
          return blocks.add(UnsafeByteOperations.unsafeWrap(value));
        });
    AuditKey key = AuditHeads.key(view.get(Column.SETTINGS, AuditHeads.KEY));
    return new AuditBlocks(
        blocks,
        heads(query, more[0] ? last : new long[] {Long.MAX_VALUE, Long.MAX_VALUE}, view),
        meta.getAuditHead(),
        key == null ? ByteString.EMPTY : key.publicHalf(),
        meta.getAuditUnrecorded(),
        more[0]);
  }

  /** Signed heads up to a block, by its time and the number of its last record. */
  private static List<ByteString> heads(ListAuditBlocks query, long[] last, View view) {
    var heads = new ArrayList<ByteString>();
    view.scan(
        Column.AUDIT_HEADS,
        ALL,
        Bytes.of(query.fromMs(), query.after() + 1),
        (key, value) ->
            heads.size() <= query.limit()
                && AuditHeads.isUpTo(key, last[0], last[1])
                && heads.add(UnsafeByteOperations.unsafeWrap(value)));
    return heads;
  }
}
