package dev.flashq.cluster.raft;

import dev.flashq.rpc.Message;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * An entry on its way to the leader: 16 bytes of who sends it, 8 bytes of its number, and the
 * entry.
 *
 * @param sender a process of a member
 * @param call different for each attempt
 */
record ForwardedEntry(ClientId sender, long call, ByteString entry) implements Message {
  private static final int HEAD = 3 * Long.BYTES;

  @Override
  public int size() {
    return HEAD + entry.size();
  }

  @Override
  public void writeTo(ByteBuffer buffer) {
    UUID id = sender.getUuid();
    buffer.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).putLong(call);
    entry.copyTo(buffer);
  }

  static ForwardedEntry parse(byte[] bytes) {
    if (bytes.length < HEAD) {
      throw new IllegalArgumentException("a forwarded entry of " + bytes.length + " bytes");
    }
    var in = ByteBuffer.wrap(bytes);
    var sender = ClientId.valueOf(new UUID(in.getLong(), in.getLong()));
    long call = in.getLong();
    return new ForwardedEntry(
        sender, call, UnsafeByteOperations.unsafeWrap(bytes, HEAD, bytes.length - HEAD));
  }
}
