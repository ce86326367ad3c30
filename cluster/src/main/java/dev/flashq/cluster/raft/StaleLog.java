package dev.flashq.cluster.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.util.SizeInBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that ends before the checkpoint, as a crash leaves it after a received checkpoint was
 * installed and before Ratis has dropped the log. Ratis 3.3.0 keeps its last segment at the start
 * and then takes no entry any more, because of the gap.
 */
final class StaleLog {
  private static final Logger LOG = LoggerFactory.getLogger(StaleLog.class);
  private static final String OPEN = "log_inprogress_";

  private StaleLog() {}

  /**
   * Deletes the log when the checkpoint contains all of it. Called before Ratis opens it.
   *
   * @param checkpoint the last entry in the checkpoint
   */
  static void drop(RaftStorage storage, long checkpoint) throws IOException {
    List<Path> segments =
        LogSegmentPath.getLogSegmentPaths(storage).stream().map(LogSegmentPath::getPath).toList();
    if (segments.isEmpty() || end(segments.getLast(), checkpoint) >= checkpoint) {
      return;
    }
    LOG.warn("The log ends before the checkpoint, which ends at {}; it is dropped", checkpoint);
    for (Path segment : segments) {
      Files.delete(segment);
    }
  }

  /** The last entry of a segment; of an open one that begins behind the limit, any behind it. */
  private static long end(Path segment, long limit) throws IOException {
    String name = segment.getFileName().toString();
    if (!name.startsWith(OPEN)) {
      return Long.parseLong(name.substring(name.lastIndexOf('-') + 1));
    }
    long start = Long.parseLong(name.substring(OPEN.length()));
    return start > limit ? start : start - 1 + entries(segment);
  }

  private static int entries(Path segment) throws IOException {
    return LogSegment.readSegmentFile(
        segment.toFile(),
        LogSegmentPath.matchLogSegment(segment).getStartEnd(),
        SizeInBytes.valueOf(RatisProperties.ENTRY_MAX),
        CorruptionPolicy.EXCEPTION,
        null,
        null);
  }
}
