package dev.flashq.cluster.raft;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.protocol.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * Every Ratis key that differs from its default, with the reason. {@code unsafe-flush} and {@code
 * async-flush} keep their default, false: an answer means that a majority has it on disk.
 */
public final class RatisProperties {
  private static final long MIB = 1024 * 1024;

  /** The greatest entry: a full frame of one client, with room for what the log adds. */
  static final long ENTRY_MAX = Limits.FRAME_BYTES + MIB;

  /** Entries that a leader has taken and not yet applied. */
  private static final int WRITES = 4096;

  private RatisProperties() {}

  public static RaftProperties of(ClusterSettings settings, Path raftFolder) {
    var properties = new RaftProperties();
    transport(properties);
    storage(properties, settings, raftFolder);
    sizes(properties, settings);
    elections(properties, settings);
    reads(properties);
    snapshots(properties);
    return properties;
  }

  private static void transport(RaftProperties properties) {
    RaftConfigKeys.Rpc.setType(properties, new PeerRpc());
    // Entries that a leader sends are appended on the thread that received them, in order; Ratis
    // would hand each to a pool.
    RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
  }

  private static void storage(
      RaftProperties properties, ClusterSettings settings, Path raftFolder) {
    // The default is /tmp.
    RaftServerConfigKeys.setStorageDir(properties, List.of(raftFolder.toFile()));
    // Otherwise every commit costs a second entry with its own fsync, only to remember the commit
    // index over a restart.
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    // The log would grow for ever; a member that needs older entries gets the checkpoint. "Snapshot
    // index" is what our state machine says it is, see LogHorizon.
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    // Purge as soon as a segment is covered by a checkpoint.
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    // A segment is read into the heap as a whole for a member that lags, and several stay there
    // until it has gone on: with the default of 32 MB a leader with a heap of 512 MB ended for
    // want of memory.
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(8 * MIB));
    // Entries of closed segments that stay in the heap; the default may hold 200 MB. To read a
    // large one again from the disk takes five times its size.
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 6);
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(
        properties, SizeInBytes.valueOf(settings.proposals().cacheBytes()));
  }

  private static void sizes(RaftProperties properties, ClusterSettings settings) {
    // An entry above this is refused by the log, so the greatest entry sets it.
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
        properties, SizeInBytes.valueOf(ENTRY_MAX));
    // Ratis demands the append size and 8 bytes more.
    RaftServerConfigKeys.Log.setWriteBufferSize(
        properties, SizeInBytes.valueOf(ENTRY_MAX + 64 * 1024));
    // A few of them are in the memory of both members.
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf(MIB));
    // Entries on their way to the disk. Whoever appends one when there is no room waits, and that
    // is
    // the peers' event loop: so there is room for all that may come, which is bounded elsewhere. A
    // leader takes what the next key says, a follower what Unanswered does.
    RaftServerConfigKeys.Log.setQueueByteLimit(
        properties, SizeInBytes.valueOf(settings.proposals().leaderBytes() + 2 * Unanswered.LIMIT));
    RaftServerConfigKeys.Log.setQueueElementLimit(properties, 4 * WRITES);
    RaftServerConfigKeys.Write.setElementLimit(properties, WRITES);
    // Entries that the leader has taken and not yet applied; more are refused and tried again by
    // their proposer.
    RaftServerConfigKeys.Write.setByteLimit(
        properties, SizeInBytes.valueOf(settings.proposals().leaderBytes()));
    // Our entries know by themselves whether they were applied; Ratis need not remember answers for
    // 60 s.
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
  }

  private static void elections(RaftProperties properties, ClusterSettings settings) {
    // A follower sleeps a drawn timeout and looks only then whether the leader was silent for that
    // long, so finding out takes up to two draws: twice the maximum must leave room for the
    // election
    // within two seconds. Half the minimum is the heartbeat; the defaults of 150 and 300 ms elect
    // without need on busy cores.
    var min = TimeDuration.valueOf(settings.timing().electionMinMs(), TimeUnit.MILLISECONDS);
    var max = TimeDuration.valueOf(settings.timing().electionMaxMs(), TimeUnit.MILLISECONDS);
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, min);
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, max);
    // A first election need not wait longer than any other.
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, min);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, max);
    // A member that stopped leading for want of a majority may be the only one that can lead when
    // the majority is back; the default keeps it out for 10 s. Not much less: it is also the pause
    // of the JVM after which a leader resigns. After this one the others have elected anyway.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    // A follower that slept for so much longer than it meant to has not run, and cannot tell
    // whether
    // the leader was silent; the default of 300 ms is most of a timeout.
    RaftServerConfigKeys.setSleepDeviationThreshold(
        properties,
        TimeDuration.valueOf(settings.timing().electionMinMs() / 4, TimeUnit.MILLISECONDS));
    // A paused JVM (suspended machine, debugger) goes on as a follower; the default stops the
    // server after 60 s.
    RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.HOURS));
    // Votes and appends to a dead peer end before a client's patience does.
    RaftServerConfigKeys.Rpc.setRequestTimeout(
        properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
    // A member that is silent for so long is not called in a busy loop any more.
    RaftServerConfigKeys.Rpc.setSlownessTimeout(
        properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
  }

  private static void reads(RaftProperties properties) {
    // Ratis's linearizable reads are not always (see ReadRounds); a read is for us a question to
    // whoever believes to be
    // the leader, and our state machine makes sure of it. So this is the default, named because it
    // must not be changed.
    RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.DEFAULT);
  }

  private static void snapshots(RaftProperties properties) {
    // Triggered by bytes of log, not by entries: entries are between 100 bytes and 17 MiB.
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
    RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 2);
  }
}
