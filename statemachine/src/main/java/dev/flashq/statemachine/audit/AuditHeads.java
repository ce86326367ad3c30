package dev.flashq.statemachine.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.AuditCodec;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Signed heads of the audit trail, and the key with which they are signed. */
public final class AuditHeads {
  /** Under this name the key stands among the settings. */
  static final byte[] KEY = Bytes.of("audit-key");

  private static final Refused NO_SUCH_HEAD =
      new Refused(ErrorCode.WRONG_STATE, "The audit trail has no such head");

  private final Tables tables;
  private final Meta meta;
  private @Nullable AuditKey key;

  AuditHeads(Tables tables, Meta meta) {
    this.tables = tables;
    this.meta = meta;
    this.key = key(tables.get(Column.SETTINGS, KEY));
  }

  /** The stored key; null when there is none. */
  static @Nullable AuditKey key(byte @Nullable [] stored) {
    try {
      return stored == null ? null : AuditCodec.decode(LogProto.SetAuditKey.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable key of the audit trail", e);
    }
  }

  @Nullable AuditKey key() {
    return key;
  }

  public Reply set(Command.SetAuditKey command) {
    if (key == null) {
      key = command.key();
      tables.put(Column.SETTINGS, KEY, AuditCodec.encode(command.key()).toByteArray());
    }
    return Reply.Done.DONE;
  }

  /** Keeps a head that is one. Who has signed it is for those to find out who read it. */
  public Reply keep(Command.SignAuditHead command, Turn turn) {
    AuditHead head = command.head();
    byte[] block = tables.get(Column.AUDIT, Bytes.of(head.atMs(), command.first()));
    turn.work().looked(1, block == null ? 0 : block.length);
    if (block == null || head.count() <= meta.auditSigned() || !isOf(head, block)) {
      return NO_SUCH_HEAD;
    }
    tables.put(
        Column.AUDIT_HEADS,
        Bytes.of(head.atMs(), head.count()),
        AuditCodec.encode(head).toByteArray());
    meta.auditSigned(head.count());
    return Reply.Done.DONE;
  }

  private static boolean isOf(AuditHead head, byte[] bytes) {
    AuditBlock block = Block.parse(bytes);
    return block.getIndex() == head.index()
        && block.getFirst() + block.getCommandsCount() - 1 == head.count()
        && Block.hash(bytes).equals(head.hash());
  }

  /** The latest block, not signed; null while there is none. */
  @Nullable AuditHead latest() {
    return meta.auditLastFirst() == 0
        ? null
        : new AuditHead(
            meta.auditLastIndex(),
            meta.lastAuditRecord(),
            meta.auditLastMs(),
            meta.auditHead(),
            ByteString.EMPTY);
  }

  /** Removes the heads of blocks that are gone, of which there are no more than such blocks. */
  void removeBelow(long atMs, long number) {
    var gone = new ArrayList<byte[]>();
    tables.scan(
        Column.AUDIT_HEADS,
        new byte[0],
        Bytes.of(meta.auditFromMs(), meta.auditFromNumber()),
        (row, _) -> isBelow(row, atMs, number) && gone.add(row));
    gone.forEach(row -> tables.delete(Column.AUDIT_HEADS, row));
  }

  /** Whether a head is of a block, or of one before it. */
  static boolean isUpTo(byte[] row, long atMs, long number) {
    return isBelow(row, atMs, number) || Bytes.longAt(row, 8) == number;
  }

  private static boolean isBelow(byte[] row, long atMs, long number) {
    long at = Bytes.longAt(row, 0);
    return at < atMs || (at == atMs && Bytes.longAt(row, 8) < number);
  }

  void forget() {
    key = key(tables.get(Column.SETTINGS, KEY));
  }
}
