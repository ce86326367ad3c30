package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.security.PeerCertificates;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;

/**
 * Reads every key back with the method by which Ratis reads it: a key with a typing error would be
 * without effect.
 */
class RatisPropertiesTest {
  private static final PeerCertificates CERTIFICATES =
      new PeerCertificates(Path.of("/c/ca.pem"), Path.of("/c/n1.pem"), Path.of("/c/n1-key.pem"));

  private final ClusterSettings settings =
      new ClusterSettings(
          "test",
          "n1",
          List.of(new Member("n1", "10.0.0.1", 7000)),
          Path.of("/data"),
          CERTIFICATES);
  private final RaftProperties properties = RatisProperties.of(settings, Path.of("/data/raft"));

  @Test
  void transport() {
    assertThat(RaftConfigKeys.Rpc.type(properties, _ -> {})).isInstanceOf(PeerRpc.class);
    assertThat(RaftServerConfigKeys.Log.appendEntriesComposeEnabled(properties)).isFalse();
  }

  @Test
  void storage() {
    assertThat(RaftServerConfigKeys.storageDir(properties)).containsExactly(new File("/data/raft"));
    assertThat(RaftServerConfigKeys.Log.logMetadataEnabled(properties)).isFalse();
    assertThat(RaftServerConfigKeys.Log.purgeUptoSnapshotIndex(properties)).isTrue();
    assertThat(RaftServerConfigKeys.Log.purgeGap(properties)).isEqualTo(1);
    assertThat(RaftServerConfigKeys.Log.segmentCacheNumMax(properties)).isEqualTo(6);
    assertThat(RaftServerConfigKeys.Log.segmentCacheSizeMax(properties).getSize())
        .isEqualTo(32 << 20);
    assertThat(RaftServerConfigKeys.Log.queueByteLimit(properties).getSize())
        .as("bytes of what a leader takes, or of what a follower is sent")
        .isEqualTo((48 << 20) + 2 * Unanswered.LIMIT);
    assertThat(RaftServerConfigKeys.Log.queueElementLimit(properties))
        .isGreaterThan(2 * RaftServerConfigKeys.Write.elementLimit(properties));
    assertThat(RaftServerConfigKeys.Log.segmentSizeMax(properties).getSize()).isEqualTo(8 << 20);
    assertThat(RaftServerConfigKeys.Log.unsafeFlushEnabled(properties)).isFalse();
    assertThat(RaftServerConfigKeys.Log.asyncFlushEnabled(properties)).isFalse();
  }

  @Test
  void sizes() {
    long buffer = RaftServerConfigKeys.Log.Appender.bufferByteLimit(properties).getSize();
    assertThat(buffer).isEqualTo(17L << 20);
    assertThat(RaftServerConfigKeys.Log.writeBufferSize(properties).getSize())
        .isGreaterThanOrEqualTo(buffer + 8);
    assertThat(RaftServerConfigKeys.Log.Appender.snapshotChunkSizeMax(properties).getSize())
        .isEqualTo(1 << 20);
    assertThat(RaftServerConfigKeys.Write.byteLimit(properties).getSize()).isEqualTo(48 << 20);
    assertThat(RaftServerConfigKeys.RetryCache.expiryTime(properties)).isEqualTo(ms(10_000));
  }

  @Test
  void elections() {
    assertThat(RaftServerConfigKeys.sleepDeviationThreshold(properties))
        .isEqualTo(ms(settings.timing().electionMinMs() / 4));
    assertThat(RaftServerConfigKeys.Rpc.timeoutMin(properties))
        .isEqualTo(ms(settings.timing().electionMinMs()));
    assertThat(RaftServerConfigKeys.Rpc.timeoutMax(properties))
        .isEqualTo(ms(settings.timing().electionMaxMs()));
    assertThat(RaftServerConfigKeys.Rpc.firstElectionTimeoutMin(properties))
        .isEqualTo(ms(settings.timing().electionMinMs()));
    assertThat(RaftServerConfigKeys.Rpc.firstElectionTimeoutMax(properties))
        .isEqualTo(ms(settings.timing().electionMaxMs()));
    assertThat(RaftServerConfigKeys.LeaderElection.leaderStepDownWaitTime(properties))
        .isEqualTo(ms(1_000));
    assertThat(RaftServerConfigKeys.closeThreshold(properties)).isEqualTo(ms(3_600_000));
    assertThat(RaftServerConfigKeys.Rpc.requestTimeout(properties)).isEqualTo(ms(2_000));
    assertThat(RaftServerConfigKeys.Rpc.slownessTimeout(properties)).isEqualTo(ms(10_000));
  }

  @Test
  void readsAndSnapshots() {
    assertThat(RaftServerConfigKeys.Read.option(properties))
        .isEqualTo(RaftServerConfigKeys.Read.Option.DEFAULT);
    assertThat(RaftServerConfigKeys.Snapshot.autoTriggerEnabled(properties)).isFalse();
    assertThat(RaftServerConfigKeys.Snapshot.creationGap(properties)).isEqualTo(1);
    assertThat(RaftServerConfigKeys.Snapshot.retentionFileNum(properties)).isEqualTo(2);
  }

  private static TimeDuration ms(long ms) {
    return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
  }
}
