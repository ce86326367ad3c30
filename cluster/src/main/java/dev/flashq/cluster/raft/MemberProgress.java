package dev.flashq.cluster.raft;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.proto.RaftProtos.LogInfoProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the other members are by their own word. Each is asked again and again, one question at a
 * time; what a member said is forgotten when it does not answer.
 */
final class MemberProgress {
  private static final Logger LOG = LoggerFactory.getLogger(MemberProgress.class);

  /** Asks one member; may block. */
  interface Question {
    LogInfoProto ask(RaftPeerId member) throws IOException;
  }

  /** Indexes are -1 when the member has none. */
  record Progress(long applied, long committed) {
    static final Progress UNKNOWN = new Progress(-1, -1);
  }

  private final List<RaftPeerId> members;
  private final Question question;
  private final Map<RaftPeerId, Progress> known = new ConcurrentHashMap<>();
  private final Set<RaftPeerId> asked = ConcurrentHashMap.newKeySet();

  MemberProgress(List<RaftPeerId> members, Question question) {
    this.members = List.copyOf(members);
    this.question = question;
  }

  /** Returns at once. */
  void ask() {
    for (RaftPeerId member : members) {
      if (asked.add(member)) {
        Thread.ofVirtual().name("progress-of-" + member).start(() -> ask(member));
      }
    }
  }

  private void ask(RaftPeerId member) {
    try {
      LogInfoProto log = question.ask(member);
      known.put(
          member,
          new Progress(
              log.hasApplied() ? log.getApplied().getIndex() : -1,
              log.hasCommitted() ? log.getCommitted().getIndex() : -1));
    } catch (IOException | RuntimeException e) {
      known.remove(member);
      LOG.debug("{} does not say how far it is", member, e);
    } finally {
      asked.remove(member);
    }
  }

  Progress of(RaftPeerId member) {
    return known.getOrDefault(member, Progress.UNKNOWN);
  }
}
