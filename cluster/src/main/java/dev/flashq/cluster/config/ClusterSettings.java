package dev.flashq.cluster.config;

import dev.flashq.cluster.access.ConfiguredTokens;
import dev.flashq.security.CertificateSource;
import dev.flashq.statemachine.FeatureLevel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What a node must know of itself and its cluster.
 *
 * @param cluster the cluster's name, the same on every node and never changed
 * @param members all nodes, this one among them, in the same order on every node
 * @param dataReplaced an empty data folder takes the place of one that is lost
 * @param snapshotLogBytes bytes of applied log after which a checkpoint is taken and the log before
 *     it dropped
 * @param featureLevel the greatest that this node says it understands
 * @param tokens those of this node's configuration
 * @param encryption with what this node unwraps the keys of the cluster; empty: it seals and opens
 *     nothing
 */
public record ClusterSettings(
    String cluster,
    String nodeId,
    List<Member> members,
    Path data,
    boolean dataReplaced,
    CertificateSource certificates,
    Timing timing,
    ProposalLimits proposals,
    long snapshotLogBytes,
    int featureLevel,
    ConfiguredTokens tokens,
    Optional<Encryption> encryption) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,63}");

  public static final long SNAPSHOT_LOG_BYTES = 128L * 1024 * 1024;

  public ClusterSettings {
    members = List.copyOf(members);
    if (!NAME.matcher(cluster).matches()) {
      throw new IllegalArgumentException(
          "A cluster's name has 1 to 63 letters, digits, dots, hyphens and underscores, unlike '"
              + cluster
              + "'");
    }
    if (members.stream().map(Member::id).distinct().count() != members.size()) {
      throw new IllegalArgumentException("Two members have the same id");
    }
    if (members.stream().map(Member::address).distinct().count() != members.size()) {
      throw new IllegalArgumentException("Two members have the same address");
    }
    if (members.stream().noneMatch(member -> member.id().equals(nodeId))) {
      throw new IllegalArgumentException("Node " + nodeId + " is not among the members");
    }
    if (snapshotLogBytes < 1) {
      throw new IllegalArgumentException("The log bytes between snapshots are positive");
    }
  }

  public ClusterSettings(
      String cluster,
      String nodeId,
      List<Member> members,
      Path data,
      CertificateSource certificates) {
    this(
        cluster,
        nodeId,
        members,
        data,
        false,
        certificates,
        Timing.DEFAULT,
        ProposalLimits.DEFAULT,
        SNAPSHOT_LOG_BYTES,
        FeatureLevel.CURRENT,
        ConfiguredTokens.NONE,
        Optional.empty());
  }

  /**
   * The Raft group, derived from the cluster's name: nodes of differently named clusters do not
   * talk to each other.
   */
  public UUID group() {
    return UUID.nameUUIDFromBytes(("flashq/0/" + cluster).getBytes(StandardCharsets.UTF_8));
  }

  public Member self() {
    return member(nodeId);
  }

  public Member member(String id) {
    return members.stream().filter(member -> member.id().equals(id)).findFirst().orElseThrow();
  }
}
