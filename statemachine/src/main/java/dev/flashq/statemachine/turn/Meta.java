package dev.flashq.statemachine.turn;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.Throughput;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecord;
import dev.flashq.statemachine.state.proto.StateProto.MetaRecordOrBuilder;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.util.zip.CRC32C;

/** The counters and the clock of the replicated state; one row, written with every entry. */
public final class Meta {
  public static final byte[] KEY = Bytes.of("meta");

  /** Milliseconds for which leases stand still at most, so that times stay within their range. */
  private static final long LEASE_PAUSE_MS = 1L << 53;

  private final Tables tables;
  private final CRC32C crc = new CRC32C();
  private MetaRecord.Builder row;

  public Meta(Tables tables) {
    this.tables = tables;
    this.row = read();
  }

  private MetaRecord.Builder read() {
    byte[] bytes = tables.get(Column.META, KEY);
    try {
      return bytes == null ? MetaRecord.newBuilder() : MetaRecord.parseFrom(bytes).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable counters", e);
    }
  }

  /** The replicated clock never goes back, whatever leader stamped the entry. */
  public long advance(long proposedAtMs) {
    row.setClockMs(Math.max(row.getClockMs(), proposedAtMs));
    return row.getClockMs();
  }

  public long clock() {
    return row.getClockMs();
  }

  public long nextJobId() {
    long next = row.getNextJob() + 1;
    if (next >= Limits.JOB_ID_END) {
      throw new StorageException("all job ids are used");
    }
    row.setNextJob(next);
    return next;
  }

  /** Version of the rules for data; 0: there were never any. */
  public long dataRules() {
    return row.getDataRules();
  }

  public void dataRulesChanged() {
    row.setDataRules(row.getDataRules() + 1);
  }

  /** When the timer of the retention policies is due, Unix ms; 0: there is none. */
  public long retentionSweep() {
    return row.getRetentionSweep();
  }

  public void retentionSweep(long due) {
    row.setRetentionSweep(due);
  }

  /** The number of a new data key. */
  public long nextKey() {
    row.setNextKey(row.getNextKey() + 1);
    return row.getNextKey();
  }

  /** Number of the ring key; 0: there was never any. */
  public long ring() {
    return row.getRing();
  }

  public ByteString ringId() {
    return row.getRingId();
  }

  public void ring(long number, ByteString id) {
    row.setRing(number).setRingId(id);
  }

  /** Whether another ring key must take the place of this one. */
  public boolean ringWanted() {
    return row.getRingWanted();
  }

  public void ringWanted(boolean wanted) {
    row.setRingWanted(wanted);
  }

  /** Keys that are not yet wrapped under the ring key. */
  public long unwrappedKeys() {
    return row.getUnwrappedKeys();
  }

  public void unwrappedKeys(long keys) {
    row.setUnwrappedKeys(keys);
  }

  /** Keys of data subjects. */
  public long subjectKeys() {
    return row.getSubjectKeys();
  }

  public void subjectKeys(long keys) {
    row.setSubjectKeys(keys);
  }

  public long destroyedKeys() {
    return row.getDestroyedKeys();
  }

  public void keyDestroyed() {
    row.setDestroyedKeys(row.getDestroyedKeys() + 1);
  }

  /** The number of a new erasure. */
  public long nextErasure() {
    row.setNextErasure(row.getNextErasure() + 1);
    return row.getNextErasure();
  }

  /** The greatest id given to a job so far. */
  public long lastJobId() {
    return row.getNextJob();
  }

  public int nextQueueId() {
    row.setNextQueue(row.getNextQueue() + 1);
    row.setQueues(row.getQueues() + 1);
    return row.getNextQueue();
  }

  public void queueForgotten() {
    row.setQueues(row.getQueues() - 1);
  }

  public int queues() {
    return row.getQueues();
  }

  /** Grows with every call; never given twice. */
  public long nextNumber() {
    row.setNextNumber(row.getNextNumber() + 1);
    return row.getNextNumber();
  }

  /** Milliseconds in which all leases have stood still so far. */
  public long leasePauseMs() {
    return row.getLeasePauseMs();
  }

  /** No lease ends before this time, Unix ms. */
  public long leasesFrom() {
    return row.getLeasesFrom();
  }

  public void extendLeases(long lostMs, long graceMs) {
    row.setLeasePauseMs(Math.min(row.getLeasePauseMs() + lostMs, LEASE_PAUSE_MS));
    row.setLeasesFrom(Math.max(row.getLeasesFrom(), row.getClockMs() + graceMs));
  }

  public int featureLevel() {
    return row.getFeatureLevel();
  }

  public void raiseFeatureLevel(int level) {
    row.setFeatureLevel(level);
  }

  /** The number of the latest audit record. */
  public long lastAuditRecord() {
    return row.getAuditRecords();
  }

  /** The hash of the latest block of the audit trail; empty: there is none. */
  public ByteString auditHead() {
    return row.getAuditHead();
  }

  /** Bytes of all blocks of the audit trail that are kept. */
  public long auditBytes() {
    return row.getAuditBytes();
  }

  public void auditBlockAdded(long lastRecord, ByteString hash, long bytes) {
    row.setAuditRecords(lastRecord).setAuditHead(hash).setAuditBytes(row.getAuditBytes() + bytes);
  }

  public void auditBlockRemoved(long bytes) {
    row.setAuditBytes(row.getAuditBytes() - bytes);
  }

  /** When the timer of the audit trail is due, Unix ms; 0: there is none. */
  public long auditDue() {
    return row.getAuditDue();
  }

  public void auditDue(long due) {
    row.setAuditDue(due);
  }

  /** Refusals were not recorded, because the trail is full. */
  public void countUnrecorded(int refusals) {
    row.setAuditUnrecorded(row.getAuditUnrecorded() + refusals);
  }

  /** Number of the last audit record that has been written out; 0: none has. */
  public long auditExported() {
    return row.getAuditExported();
  }

  /** Its time, Unix ms. */
  public long auditExportedMs() {
    return row.getAuditExportedMs();
  }

  public void auditExported(long number, long ms) {
    row.setAuditExported(number).setAuditExportedMs(ms);
  }

  /**
   * Notes where the latest block of the audit trail is.
   *
   * @param index of its log entry
   */
  public void auditLast(long ms, long first, long index) {
    row.setAuditLastMs(ms).setAuditLastFirst(first).setAuditLastIndex(index);
  }

  /** Time of the latest block of the audit trail, Unix ms. */
  public long auditLastMs() {
    return row.getAuditLastMs();
  }

  /** Number of its first record; 0: it is of a level that does not sign. */
  public long auditLastFirst() {
    return row.getAuditLastFirst();
  }

  public long auditLastIndex() {
    return row.getAuditLastIndex();
  }

  /** Notes that a head has been signed, and how far it reaches. */
  public void auditSigned(long number) {
    row.setAuditSigned(number).setAuditSignedMs(row.getClockMs());
  }

  /** Number of the last audit record that a signed head covers. */
  public long auditSigned() {
    return row.getAuditSigned();
  }

  /** When it was signed, Unix ms. */
  public long auditSignedMs() {
    return row.getAuditSignedMs();
  }

  /** Notes where the audit trail begins. */
  public void auditFrom(long ms, long number) {
    row.setAuditFromMs(ms).setAuditFromNumber(number);
  }

  public long auditFromMs() {
    return row.getAuditFromMs();
  }

  public long auditFromNumber() {
    return row.getAuditFromNumber();
  }

  public long nextCredential() {
    row.setNextCredential(row.getNextCredential() + 1);
    return row.getNextCredential();
  }

  /** With which tokens are hashed; empty when there is none yet. */
  public ByteString accessKey() {
    return row.getAccessKey();
  }

  public void accessKey(ByteString key) {
    row.setAccessKey(key);
  }

  /** Whether clients have to say who they are. */
  public boolean isProtected() {
    return row.getProtected();
  }

  /** From now on clients have to say who they are. */
  public void protect() {
    row.setProtected(true);
  }

  public void countPushed() {
    row.setPushed(row.getPushed() + 1);
  }

  /** Counts a job that is completed now. */
  public void countCompleted(long createdAt) {
    row.setCompleted(row.getCompleted() + 1);
    row.setLatencyMs(row.getLatencyMs() + row.getClockMs() - createdAt);
    Throughput now = throughput(row).completedAt(row.getClockMs());
    row.setWindow(now.window())
        .setWindowCompleted(now.completed())
        .setBeforeCompleted(now.before());
  }

  public static Throughput throughput(MetaRecordOrBuilder row) {
    return new Throughput(row.getWindow(), row.getWindowCompleted(), row.getBeforeCompleted());
  }

  public void countFailed() {
    row.setFailed(row.getFailed() + 1);
  }

  public long active() {
    return row.getActive();
  }

  public void changeActive(int by) {
    row.setActive(row.getActive() + by);
  }

  public long appliedTerm() {
    return row.getAppliedTerm();
  }

  /** Index of the last applied entry; -1 when there is none. */
  public long appliedIndex() {
    return row.getAppliedEnd() - 1;
  }

  public long digest() {
    return row.getDigest();
  }

  /** Seals an entry: where it stood, and a checksum of what it wrote, chained to all before it. */
  public void seal(long term, long index, long checksum) {
    row.setAppliedTerm(term).setAppliedEnd(index + 1);
    row.setDigest(mix(row.getDigest(), checksum, row));
    tables.put(Column.META, KEY, row.build().toByteArray());
  }

  /**
   * Notes an index without commands; not part of the digest, since some replicas see it within a
   * snapshot.
   */
  public void skip(long term, long index) {
    row.setAppliedTerm(term).setAppliedEnd(index + 1);
    tables.put(Column.META, KEY, row.build().toByteArray());
  }

  public void forget() {
    row = read();
  }

  // Multiplications by odd constants and xor-shifts (the finalizer of SplitMix64) over each part in
  // turn.
  private long mix(long digest, long checksum, MetaRecord.Builder row) {
    crc.reset();
    crc.update(row.setDigest(0).build().toByteArray());
    return scramble(scramble(digest ^ checksum) ^ crc.getValue());
  }

  private static long scramble(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
