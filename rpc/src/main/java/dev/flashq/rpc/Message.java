package dev.flashq.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What is sent: written when there is room for it on the connection, and not before. */
public interface Message {
  Message EMPTY = of(new byte[0]);

  /** Bytes that {@link #writeTo} will write. */
  int size();

  /** Fills the buffer, which has room for exactly {@link #size} bytes. */
  void writeTo(ByteBuffer buffer) throws IOException;

  static Message of(byte[] bytes) {
    return new Message() {
      @Override
      public int size() {
        return bytes.length;
      }

      @Override
      public void writeTo(ByteBuffer buffer) {
        buffer.put(bytes);
      }
    };
  }
}
