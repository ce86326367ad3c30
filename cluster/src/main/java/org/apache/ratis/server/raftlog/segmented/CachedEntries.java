package org.apache.ratis.server.raftlog.segmented;

import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.util.AutoCloseableLock;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a log that are in memory. In Ratis's package because its log itself would read the
 * others from the disk, and whoever asks here must not wait for that.
 */
public final class CachedEntries {
  private CachedEntries() {}

  /** The entry; null: it is on the disk alone, or not in the log. */
  public static @Nullable LogEntryProto get(RaftLog log, long index) {
    if (!(log instanceof SegmentedRaftLog segmented)) {
      return null;
    }
    try (AutoCloseableLock _ = segmented.readLock()) {
      LogSegment segment = segmented.getRaftLogCache().getSegment(index);
      LogSegment.LogRecord record = segment == null ? null : segment.getLogRecord(index);
      return segment == null || record == null
          ? null
          : segment.getEntryFromCache(record.getTermIndex());
    }
  }
}
