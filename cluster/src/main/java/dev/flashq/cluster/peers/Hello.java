package dev.flashq.cluster.peers;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.peer.PeerProto;
import dev.flashq.statemachine.QueueEngine.Digest;

/**
 * A member's word on itself.
 *
 * @param unixMs what its clock shows
 * @param clockMs what it takes for the replicated clock, and whether it knows that from a leader
 * @param featureLevel the greatest that it understands
 * @param applied index of the last applied entry; -1: none
 * @param committed index of the last entry that it knows to be committed; -1: none
 * @param digest of its state after the last applied entry
 */
public record Hello(
    String node,
    long unixMs,
    long clockMs,
    boolean clockKnown,
    int featureLevel,
    long applied,
    long committed,
    Digest digest) {

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
        new Digest(message.getDigestIndex(), message.getDigest()));
  }
}
