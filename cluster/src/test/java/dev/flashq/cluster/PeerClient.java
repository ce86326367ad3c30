package dev.flashq.cluster;

import dev.flashq.security.PeerCertificates;
import java.util.List;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.jspecify.annotations.Nullable;

/** Whoever speaks on the peer port as Ratis does. */
final class PeerClient {
  private PeerClient() {}

  static GrpcTlsConfig tls(PeerCertificates certificates) {
    return new GrpcTlsConfig(
        certificates.key().toFile(),
        certificates.certificate().toFile(),
        certificates.ca().toFile(),
        true);
  }

  /** One who asks the leader, and asks once. */
  static RaftClient open(TestCluster cluster, @Nullable GrpcTlsConfig tls) {
    var parameters = new Parameters();
    if (tls != null) {
      GrpcConfigKeys.TLS.setConf(parameters, tls);
    }
    List<RaftPeer> peers =
        cluster.members().stream()
            .map(
                member ->
                    RaftPeer.newBuilder().setId(member.id()).setAddress(member.address()).build())
            .toList();
    return RaftClient.newBuilder()
        .setProperties(new RaftProperties())
        .setParameters(parameters)
        .setRetryPolicy(RetryPolicies.noRetry())
        .setLeaderId(RaftPeerId.valueOf(cluster.leader()))
        .setRaftGroup(RaftGroup.valueOf(RaftGroupId.valueOf(cluster.settings("n1").group()), peers))
        .build();
  }
}
