package dev.flashq.cluster.raft;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the connections to a member made anew as soon as packets reach it again. TCP alone waits for
 * about as long as they got lost before it sends again what was not confirmed. Connections to a
 * member that is only slow, or stands still, are left alone: its machine confirms what it is sent.
 */
final class LinkWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);

  /**
   * How long a packet may take to a member and back: below the shortest election timeout, and below
   * the time between two looks, so that one of them has its answer soon after packets come through.
   */
  private static final int REACH_MS = 200;

  private final Predicate<RaftPeerId> isReached;
  private final Consumer<RaftPeerId> renew;
  private final Set<RaftPeerId> lost = ConcurrentHashMap.newKeySet();
  private final Set<RaftPeerId> called = ConcurrentHashMap.newKeySet();

  /**
   * @param isReached whether packets to the member, and back, come through; may block
   * @param renew makes the connections to the member anew
   */
  LinkWatch(Predicate<RaftPeerId> isReached, Consumer<RaftPeerId> renew) {
    this.isReached = isReached;
    this.renew = renew;
  }

  /** Calls members that do not answer and those that were lost; returns at once. */
  void look(Collection<RaftPeerId> silent) {
    silent.forEach(this::call);
    lost.forEach(this::call);
  }

  /** Also when nobody listens there: that is said by a packet, too. */
  static boolean reaches(String host, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), REACH_MS);
      return true;
    } catch (ConnectException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void call(RaftPeerId member) {
    if (called.add(member)) {
      Thread.ofPlatform().daemon().name("calls-" + member).start(() -> callNow(member));
    }
  }

  private void callNow(RaftPeerId member) {
    try {
      note(member, isReached.test(member));
    } finally {
      called.remove(member);
    }
  }

  private void note(RaftPeerId member, boolean reached) {
    if (!reached && lost.add(member)) {
      LOG.info("No packet reaches {}", member);
    } else if (reached && lost.remove(member)) {
      LOG.info("Packets reach {} again; the connections to it are made anew", member);
      renew.accept(member);
    }
  }
}
