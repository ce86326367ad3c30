package dev.flashq.cluster.raft;

import dev.flashq.rpc.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.ExtensionRegistryLite;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.com.google.protobuf.Parser;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/** A message of Ratis's protobuf on its way to another member. */
record RatisMessage(MessageLite proto) implements Message {
  @Override
  public int size() {
    return proto.getSerializedSize();
  }

  @Override
  public void writeTo(ByteBuffer buffer) throws IOException {
    var out = CodedOutputStream.newInstance(buffer);
    proto.writeTo(out);
    out.flush();
  }

  /** The entries in it share the array. */
  static <M> M parse(Parser<M> parser, byte[] bytes) throws InvalidProtocolBufferException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    in.enableAliasing(true);
    M message = parser.parseFrom(in, ExtensionRegistryLite.getEmptyRegistry());
    in.checkLastTagWas(0);
    return message;
  }
}
