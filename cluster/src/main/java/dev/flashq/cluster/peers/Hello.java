package dev.flashq.cluster.peers;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.peer.PeerProto;
import dev.flashq.security.seal.RingKey;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.statemachine.QueueEngine.Digest;
import java.util.List;

/**
 * A member's word on itself.
 *
 * @param unixMs what its clock shows
 * @param clockMs what it takes for the replicated clock, and whether it knows that from a leader
 * @param featureLevel the greatest that it understands
 * @param applied index of the last applied entry; -1: none
 * @param committed index of the last entry that it knows to be committed; -1: none
 * @param digest of its state after the last applied entry
 * @param ring the ring keys that it has on its disk, wrapped
 */
public record Hello(
    String node,
    long unixMs,
    long clockMs,
    boolean clockKnown,
    int featureLevel,
    long applied,
    long committed,
    Digest digest,
    List<RingKey> ring) {
  public Hello {
    ring = List.copyOf(ring);
  }

  /** Whether the member has a ring key on its disk. */
  public boolean holds(RingKey key) {
    return holds(key.number(), key.id());
  }

  public boolean holds(long number, String id) {
    return ring.stream().anyMatch(held -> held.number() == number && held.id().equals(id));
  }

  public ByteString encode() {
    return PeerProto.Hello.newBuilder()
        .setNode(node)
        .setUnixMs(unixMs)
        .setClockMs(clockMs)
        .setClockKnown(clockKnown)
        .setFeatureLevel(featureLevel)
        .setAppliedEnd(applied + 1)
        .setCommittedEnd(committed + 1)
        .setDigestIndex(Math.max(0, digest.index()))
        .setDigest(digest.value())
        .addAllRing(ring.stream().map(Hello::encode).toList())
        .build()
        .toByteString();
  }

  /** Fails on what no member says. */
  public static Hello decode(ByteString bytes) throws InvalidProtocolBufferException {
    PeerProto.Hello message = PeerProto.Hello.parseFrom(bytes);
    if (message.getNode().isEmpty()) {
      throw new InvalidProtocolBufferException("no word of a member");
    }
    return new Hello(
        message.getNode(),
        message.getUnixMs(),
        message.getClockMs(),
        message.getClockKnown(),
        message.getFeatureLevel(),
        message.getAppliedEnd() - 1,
        message.getCommittedEnd() - 1,
        new Digest(message.getDigestIndex(), message.getDigest()),
        ring(message));
  }

  private static PeerProto.RingKey encode(RingKey key) {
    return PeerProto.RingKey.newBuilder()
        .setNumber(key.number())
        .setId(key.id())
        .setMasterKey(key.masterKey())
        .setWrapped(UnsafeByteOperations.unsafeWrap(key.wrapped()))
        .build();
  }

  private static List<RingKey> ring(PeerProto.Hello message) throws InvalidProtocolBufferException {
    if (message.getRingCount() > RingKeys.MAX) {
      throw new InvalidProtocolBufferException("no word of a member");
    }
    try {
      return message.getRingList().stream()
          .map(
              key ->
                  new RingKey(
                      key.getNumber(),
                      key.getId(),
                      key.getMasterKey(),
                      key.getWrapped().toByteArray()))
          .toList();
    } catch (IllegalArgumentException e) {
      throw new InvalidProtocolBufferException(e.getMessage());
    }
  }
}
