package dev.flashq.cluster.raft;

import dev.flashq.cluster.config.ClusterSettings;
import dev.flashq.cluster.config.Member;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.peers.PeerLink;
import dev.flashq.rpc.PeerAddress;
import dev.flashq.rpc.PeerNetwork;
import dev.flashq.rpc.RpcSettings;
import dev.flashq.security.PeerCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.LeaderElectionManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SnapshotManagementRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.impl.Candidacy;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The Ratis server of this node and what can be asked of it. */
public final class RaftNode implements PeerLink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final long TRANSFER_MS = 2_000;

  /** The greatest entry, and room for what Ratis says about it. */
  private static final int MESSAGE_BYTES = (int) RatisProperties.ENTRY_MAX + 1024 * 1024;

  private final ClusterSettings settings;
  private final RaftGroup group;
  private final QueueStateMachine stateMachine;
  private final PeerCalls calls;
  private final Succession succession;
  private final PeerNetwork network;
  private final RaftServer server;
  private final RaftDivision division;
  private final RaftLink link;
  private final Conversations conversations;
  private final LinkWatch links;
  private final Transfers transfers = new Transfers();
  private final ClientId administrator = ClientId.randomId();
  private final CheckpointRequests checkpoints;
  private final DiskLook disk;
  private final Silence silence = new Silence();

  public RaftNode(
      ClusterSettings settings,
      PeerCredentials credentials,
      Path raftFolder,
      QueueStateMachine stateMachine,
      LongSupplier elapsedMs)
      throws IOException {
    this.settings = settings;
    this.stateMachine = stateMachine;
    this.group =
        RaftGroup.valueOf(
            RaftGroupId.valueOf(settings.group()),
            settings.members().stream().map(RaftNode::peer).toList());
    this.calls =
        new PeerCalls(settings.nodeId(), group.getGroupId(), stateMachine, new Connections());
    this.network = new PeerNetwork(network(settings), credentials, calls);
    this.server =
        RaftServer.newBuilder()
            .setServerId(self())
            .setGroup(group)
            .setStateMachine(stateMachine)
            .setProperties(RatisProperties.of(settings, raftFolder))
            .setParameters(
                PeerRpc.parameters(
                    new PeerRpc.Parts(
                        settings.self(),
                        network,
                        stateMachine.rounds(),
                        transfers,
                        silence,
                        stateMachine.checkpoints())))
            // Opens what is there and makes a new store only where there is none.
            .setOption(RaftStorage.StartupOption.RECOVER)
            .build();
    this.division = new RaftDivision(server, group.getGroupId());
    calls.serve(division);
    this.succession = new Succession(network, division, calls.elections(), silence, settings);
    this.link =
        new RaftLink(division, group.getGroupId(), settings.nodeId(), network, stateMachine);
    stateMachine.trust(link.client());
    this.conversations = new Conversations(others(), link::tell, stateMachine::hear, elapsedMs);
    this.links = new LinkWatch(this::isReached, member -> network.renew(member.toString()));
    this.disk = new DiskLook(division, elapsedMs);
    this.checkpoints = new CheckpointRequests(this::askForCheckpoint, elapsedMs);
  }

  private List<RaftPeerId> others() {
    return group.getPeers().stream().map(RaftPeer::getId).filter(id -> !id.equals(self())).toList();
  }

  private static RpcSettings network(ClusterSettings settings) {
    return new RpcSettings(
        settings.group(),
        address(settings.self()),
        settings.members().stream().map(RaftNode::address).toList(),
        MESSAGE_BYTES);
  }

  private static PeerAddress address(Member member) {
    return new PeerAddress(member.id(), member.host(), member.port());
  }

  private static RaftPeer peer(Member member) {
    return RaftPeer.newBuilder().setId(member.id()).setAddress(member.address()).build();
  }

  public void start() throws IOException {
    server.start();
  }

  /**
   * Looks whether packets reach the members that do not answer; to be asked again and again.
   * Returns at once.
   */
  public void lookAtLinks() {
    links.look(conversations.silent());
    stateMachine.arrivals().tidy();
  }

  /** Drops the connections to the other members, and makes others. */
  public void renewLinks() {
    others().forEach(member -> network.renew(member.toString()));
  }

  /** Ends all connections and accepts no more, as the end of the process would. */
  public void cutOff() {
    network.close();
  }

  private boolean isReached(RaftPeerId peer) {
    Member member = settings.member(peer.toString());
    return LinkWatch.reaches(member.host(), member.port());
  }

  private final class Connections implements PeerCalls.Connections {
    @Override
    public void connected(String member) {
      conversations.connected(RaftPeerId.valueOf(member));
    }

    @Override
    public void lost(String member) {
      succession.lost(member);
    }
  }

  @Override
  public void tell(Hello hello) {
    conversations.tell(hello);
  }

  public RaftLink link() {
    return link;
  }

  /** What Ratis knows at this moment; empty while it starts or stops. */
  public Optional<RaftStatus> status() {
    try {
      var here = division.get();
      var info = here.getInfo();
      RaftPeerId leader = info.getLeaderId();
      return Optional.of(
          new RaftStatus(
              info.getCurrentTerm(),
              info.getCurrentRole().name().toLowerCase(Locale.ROOT),
              leader == null ? null : leader.toString(),
              info.isLeaderReady(),
              here.getRaftLog().getLastCommittedIndex(),
              here.getCommitInfos().stream().map(RaftNode::memberOf).toList()));
    } catch (IOException | IllegalStateException e) {
      LOG.debug("The state of Raft is not known now", e);
      return Optional.empty();
    }
  }

  private static RaftStatus.Committed memberOf(CommitInfoProto info) {
    return new RaftStatus.Committed(
        RaftPeerId.valueOf(info.getServer().getId()).toString(), info.getCommitIndex());
  }

  /** Whether a checkpoint is on its way to another member, or was a moment ago. */
  public boolean sendsCheckpoint() {
    return transfers.isActive();
  }

  /** The last log entry in the newest checkpoint; -1 without one. */
  public long checkpointIndex() {
    var latest = stateMachine.getStateMachineStorage().getLatestSnapshot();
    return latest == null ? -1 : latest.getIndex();
  }

  /**
   * Writes a checkpoint of what is applied, beside the applying thread; blocks until it is there.
   */
  public void writeCheckpoint() {
    stateMachine.writeCheckpoint();
  }

  /** Takes a checkpoint soon, unless a new one is there, and drops the log before it. */
  public CompletableFuture<Void> takeSnapshot() {
    return checkpoints.take();
  }

  private CompletableFuture<RaftClientReply> askForCheckpoint(long timeoutMs) {
    return server.snapshotManagementAsync(
        SnapshotManagementRequest.newCreate(
            administrator, self(), group.getGroupId(), CallId.getAndIncrement(), timeoutMs, 1));
  }

  /** What is seen of the disk; to be asked to look again and again. */
  public void lookAtDisk() {
    disk.look();
  }

  /** Milliseconds for which a write of the log has been under way. */
  public long logStallMs() {
    return disk.logMs();
  }

  /** Milliseconds for which an entry has been being applied. */
  public long applyStallMs() {
    return disk.applyMs();
  }

  /**
   * Whether this node may lead. When it may not it stands for no election, hands over what it leads
   * and, when that does not work because Ratis is held up too, keeps silent, so that the others
   * elect. Returns at once.
   */
  public void mayLead(boolean may) {
    silence.mayLead(may);
    Thread.ofVirtual().name("leading").start(may ? this::stand : this::abstain);
  }

  private void abstain() {
    manageElections(
        LeaderElectionManagementRequest.newPause(
            administrator, self(), group.getGroupId(), CallId.getAndIncrement()));
    handOverLeadership(_ -> true);
    silence.begin();
  }

  private void stand() {
    manageElections(
        LeaderElectionManagementRequest.newResume(
            administrator, self(), group.getGroupId(), CallId.getAndIncrement()));
    try {
      Candidacy.giveUp(division.get());
    } catch (IOException | IllegalStateException e) {
      LOG.warn("This node takes part in no election until it hears a leader", e);
    }
  }

  private void manageElections(LeaderElectionManagementRequest request) {
    try {
      server.leaderElectionManagementAsync(request).get(TRANSFER_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("Elections are not paused or resumed: {}", e.toString());
    }
  }

  @Override
  public void resign(Predicate<String> allowed) {
    Thread.ofVirtual().name("resigning").start(() -> handOverLeadership(allowed));
  }

  /**
   * When this node leads: lets the member that has most of the log lead, so that nobody waits for
   * an election. Blocks until that is done, or has failed.
   *
   * @param allowed which members may be chosen
   */
  public void handOverLeadership(Predicate<String> allowed) {
    try {
      Optional<RaftPeerId> successor = successor(allowed);
      if (successor.isEmpty()) {
        return;
      }
      var request =
          new TransferLeadershipRequest(
              administrator,
              self(),
              group.getGroupId(),
              CallId.getAndIncrement(),
              successor.get(),
              TRANSFER_MS);
      server.transferLeadershipAsync(request).get(TRANSFER_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.info("The leadership was not handed over, the others will elect: {}", e.toString());
    }
  }

  /**
   * The other member with the highest match index; empty when this node does not lead or is alone.
   */
  private Optional<RaftPeerId> successor(Predicate<String> allowed) throws IOException {
    var here = division.get();
    if (here.getInfo().getCurrentRole() != RaftPeerRole.LEADER) {
      return Optional.empty();
    }
    List<RaftPeerId> others =
        here.getRaftConf().getAllPeers().stream()
            .map(RaftPeer::getId)
            .filter(id -> !id.equals(self()) && allowed.test(id.toString()))
            .toList();
    return here.getCommitInfos().stream()
        .filter(info -> others.contains(RaftPeerId.valueOf(info.getServer().getId())))
        .max(Comparator.comparingLong(CommitInfoProto::getCommitIndex))
        .map(info -> RaftPeerId.valueOf(info.getServer().getId()));
  }

  private RaftPeerId self() {
    return RaftPeerId.valueOf(settings.nodeId());
  }

  @Override
  public void close() throws IOException {
    stateMachine.expectClose();
    server.close();
    calls.close();
  }

  /**
   * @param leader null while none is known
   */
  public record RaftStatus(
      long term,
      String role,
      @Nullable String leader,
      boolean leaderReady,
      long committedIndex,
      List<Committed> members) {
    public RaftStatus {
      members = List.copyOf(members);
    }

    /** What Ratis on this node knows of a member; -1: nothing. */
    public record Committed(String member, long index) {}

    /**
     * The last entry that any member knows to be committed, as far as this node has heard. A member
     * that was away knows itself only what it has in its own log.
     */
    public long committedAnywhere() {
      return members.stream().mapToLong(Committed::index).reduce(committedIndex, Math::max);
    }

    public long committedOf(String member) {
      return members.stream()
          .filter(committed -> committed.member().equals(member))
          .mapToLong(Committed::index)
          .findFirst()
          .orElse(-1);
    }
  }
}
