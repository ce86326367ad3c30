package dev.flashq.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCertificates;
import dev.flashq.security.PeerCredentials;
import java.io.File;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.TimeDuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertThat(GrpcConfigKeys.Server.port(properties)).isEqualTo(7000);
    assertThat(GrpcConfigKeys.Server.host(properties)).isEqualTo("10.0.0.1");
    assertThat(GrpcConfigKeys.Admin.port(properties)).isEqualTo(7000);
    assertThat(GrpcConfigKeys.Client.port(properties)).isEqualTo(7000);
    assertThat(GrpcConfigKeys.Server.asyncRequestThreadPoolSize(properties)).isEqualTo(8);
    assertThat(GrpcConfigKeys.messageSizeMax(properties, _ -> {}).getSize())
        .isGreaterThanOrEqualTo(RatisProperties.ENTRY_MAX + (1 << 20));
    assertThat(GrpcConfigKeys.flowControlWindow(properties, _ -> {}).getSizeInt())
        .isEqualTo(4 << 20);
    assertThat(RaftClientConfigKeys.Rpc.requestTimeout(properties)).isEqualTo(ms(4_000));
    assertThat(GrpcConfigKeys.Server.installSnapshotRequestTimeout(properties)).isEqualTo(ms(750));
  }

  @Test
  void everyChannelDemandsMutualTls(@TempDir Path folder) {
    PeerCertificates certificates =
        new DevelopmentCa(folder, InstantSource.system()).certificatesOf("n1", List.of());
    var credentials = new PeerCredentials(certificates, Instant.now());
    Parameters parameters = RatisProperties.tls(credentials);

    for (GrpcTlsConfig tls :
        List.of(
            GrpcConfigKeys.TLS.conf(parameters),
            GrpcConfigKeys.Server.tlsConf(parameters),
            GrpcConfigKeys.Client.tlsConf(parameters),
            GrpcConfigKeys.Admin.tlsConf(parameters))) {
      assertThat(tls.getMtlsEnabled()).isTrue();
      assertThat(((X509KeyManager) tls.getKeyManager().getKeyManager()).getCertificateChain(""))
          .hasSize(1);
      assertThat(((X509TrustManager) tls.getTrustManager().getTrustManager()).getAcceptedIssuers())
          .hasSize(1);
    }
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
    assertThat(RaftServerConfigKeys.Log.queueByteLimit(properties).getSize()).isEqualTo(32 << 20);
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
    assertThat(RaftServerConfigKeys.Log.Appender.bufferElementLimit(properties)).isEqualTo(8);
    assertThat(GrpcConfigKeys.Server.leaderOutstandingAppendsMax(properties)).isEqualTo(4);
    assertThat(RaftServerConfigKeys.Log.Appender.waitTimeMin(properties))
        .isEqualTo(TimeDuration.ZERO);
    assertThat(RaftServerConfigKeys.Log.Appender.retryPolicy(properties)).startsWith("1ms,10");
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
