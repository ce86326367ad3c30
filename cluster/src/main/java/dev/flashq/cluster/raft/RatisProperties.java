package dev.flashq.cluster.raft;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.protocol.Limits;
import dev.flashq.security.PeerCredentials;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
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

  private RatisProperties() {}

  public static RaftProperties of(ClusterSettings settings, Path raftFolder) {
    var properties = new RaftProperties();
    transport(properties, settings);
    storage(properties, settings, raftFolder);
    sizes(properties, settings);
    elections(properties, settings);
    reads(properties);
    snapshots(properties);
    return properties;
  }

  /**
   * Mutual TLS on the one peer port, for peers, clients and administration alike, in both
   * directions.
   */
  public static Parameters tls(PeerCredentials credentials) {
    var parameters = new Parameters();
    // From files, gRPC would first load all of BouncyCastle: half a second of a node's start.
    var tls = new GrpcTlsConfig(credentials.keyManager(), credentials.trustManager(), true);
    GrpcConfigKeys.TLS.setConf(parameters, tls);
    GrpcConfigKeys.Server.setTlsConf(parameters, tls);
    GrpcConfigKeys.Client.setTlsConf(parameters, tls);
    GrpcConfigKeys.Admin.setTlsConf(parameters, tls);
    return parameters;
  }

  private static void transport(RaftProperties properties, ClusterSettings settings) {
    // gRPC, the only transport of Ratis with TLS (the Netty one also reads Java objects off the
    // wire), with an appender
    // that tells commits at once: the p50 of a command sent to a follower was 225 ms without it.
    RaftConfigKeys.Rpc.setType(properties, new PeerRpc());
    GrpcConfigKeys.Server.setPort(properties, settings.self().port());
    // Listens where its peers look for it, and nowhere else.
    GrpcConfigKeys.Server.setHost(properties, settings.self().host());
    // Threads that send answers to forwarded entries; 32 would be many beside the database's on a
    // small machine.
    GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(properties, 8);
    // An entry of the greatest size must fit into one message, with Ratis's demand of 1 MiB above
    // the append size.
    GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(ENTRY_MAX + 2 * MIB));
    // A window of one full entry, so that a message of 1 MiB does not wait for the receiver
    // halfway.
    GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf(4 * MIB));
    // Forwarded entries are given up by the proposer's own rule; Ratis must not do it sooner.
    RaftClientConfigKeys.Rpc.setRequestTimeout(
        properties, TimeDuration.valueOf(Limits.COMMIT_WAIT_MS, TimeUnit.MILLISECONDS));
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
    // Bounds one append of entries of the usual greatest size, 1 MiB. Four of them are in memory
    // for each member that lags, and once more as messages.
    RaftServerConfigKeys.Log.Appender.setBufferElementLimit(properties, 8);
    // Appends on their way to one member: half the default, because each may hold 17 MiB when an
    // entry is that large.
    GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, 4);
    // Ratis demands the append size and 8 bytes more.
    RaftServerConfigKeys.Log.setWriteBufferSize(
        properties, SizeInBytes.valueOf(ENTRY_MAX + 64 * 1024));
    // The default of 1 ms would be added to the latency of every entry.
    RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
    // After ten quick tries the default waits one second and then five, with which a restarted
    // member starts
    // elections because the leader has not called yet.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,10, 50ms,20, 200ms,1000");
    // Some forty chunks are in the sender's memory when the receiver is slow; with 4 MiB they took
    // 150 MB of the heap.
    RaftServerConfigKeys.Log.Appender.setSnapshotChunkSizeMax(properties, SizeInBytes.valueOf(MIB));
    // Times the eight chunks on their way: how long a leader waits for a member that died during
    // the transfer (24 s).
    GrpcConfigKeys.Server.setInstallSnapshotRequestTimeout(
        properties, TimeDuration.valueOf(750, TimeUnit.MILLISECONDS));
    // Entries on their way to the disk; the default is 64 MiB.
    RaftServerConfigKeys.Log.setQueueByteLimit(
        properties, SizeInBytes.valueOf(settings.proposals().cacheBytes()));
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
