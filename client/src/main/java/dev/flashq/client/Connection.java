package dev.flashq.client;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.WireException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One socket: a thread that writes whatever is waiting in one go, and a thread that reads answers.
 */
final class Connection implements AutoCloseable {
  private static final int BUFFER = 256 << 10;

  private final Sockets.Open socket;
  private final String address;
  private final ConcurrentLinkedQueue<Call> waiting = new ConcurrentLinkedQueue<>();
  private final ConcurrentHashMap<Long, Call> sent = new ConcurrentHashMap<>();
  private final AtomicLong reqIds = new AtomicLong();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final BiConsumer<Call, Answer> answered;
  private final Consumer<List<Call>> lost;
  private final Thread writer;
  private final Thread reader;
  private volatile boolean writerParked;
  private volatile int token = Token.NONE;
  private volatile long heardNanos = System.nanoTime();

  /**
   * @param answered gets each call with its answer, on the reading thread
   * @param lost gets the calls without an answer when the connection ends
   */
  Connection(Sockets.Open socket, BiConsumer<Call, Answer> answered, Consumer<List<Call>> lost) {
    this.socket = socket;
    this.address = socket.address();
    this.answered = answered;
    this.lost = lost;
    this.writer = new Thread(this::write, "flashq-client-write-" + address);
    this.reader = new Thread(this::read, "flashq-client-read-" + address);
    writer.setDaemon(true);
    reader.setDaemon(true);
  }

  void start() {
    writer.start();
    reader.start();
  }

  String address() {
    return address;
  }

  boolean isOpen() {
    return !closed.get();
  }

  /** Number of the token that was shown. */
  int token() {
    return token;
  }

  void token(int number) {
    token = number;
  }

  /** When the last byte came, as of {@link System#nanoTime}. */
  long heardNanos() {
    return heardNanos;
  }

  boolean isIdle() {
    return waiting.isEmpty() && sent.isEmpty();
  }

  void send(Call call) {
    waiting.add(call);
    if (closed.get()) {
      giveBack();
    } else if (writerParked) {
      LockSupport.unpark(writer);
    }
  }

  private void write() {
    var frames = new MessagePackWriter();
    try (OutputStream out = socket.spoken().getOutputStream()) {
      while (!closed.get()) {
        Call call = waiting.poll();
        if (call == null) {
          flush(frames, out);
          park();
        } else {
          frame(call, frames);
          if (frames.size() > BUFFER) {
            flush(frames, out);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // The reader sees the end of the socket too; whoever is first gives the calls back.
    } finally {
      close();
    }
  }

  private void frame(Call call, MessagePackWriter frames) {
    if (call.once && call.doubtful && call.token != token) {
      call.future.completeExceptionally(
          new FlashQException(
              ErrorCode.OUTCOME_UNKNOWN,
              "the connection ended and the token has changed; the request may or may not have taken effect"));
      return;
    }
    long reqId = reqIds.incrementAndGet();
    int start = frames.size();
    try {
      frames.plainInt();
      call.write(reqId, frames);
      int length = frames.size() - start - 4;
      if (length > Limits.FRAME_BYTES) {
        throw new FlashQException(
            ErrorCode.FRAME_TOO_LARGE,
            "the request has " + length + " bytes, more than a frame may");
      }
      frames.setInt(start, length);
      call.token = token;
      sent.put(reqId, call);
      call.sent = true;
    } catch (FlashQException | WireException e) {
      frames.truncate(start);
      call.future.completeExceptionally(e);
    }
  }

  private static void flush(MessagePackWriter frames, OutputStream out) throws IOException {
    if (frames.size() > 0) {
      out.write(frames.buffer(), 0, frames.size());
      frames.clear(4 * BUFFER);
    }
  }

  private void park() {
    writerParked = true;
    if (waiting.isEmpty() && !closed.get()) {
      LockSupport.park(this);
    }
    writerParked = false;
  }

  private void read() {
    var message = new MessagePackReader();
    try (var in =
        new DataInputStream(
            new BufferedInputStream(new Heard(socket.spoken().getInputStream()), BUFFER))) {
      while (true) {
        int length = in.readInt();
        if (length < 0 || length > 2 * Limits.FRAME_BYTES) {
          throw new IOException("a frame of " + length + " bytes");
        }
        byte[] frame = new byte[length];
        in.readFully(frame);
        Answer answer = Answer.read(frame, message);
        Call call = sent.remove(answer.reqId);
        if (call != null) {
          answered.accept(call, answer);
        }
      }
    } catch (IOException | RuntimeException e) {
      // Whatever ended the connection: its calls go elsewhere.
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        socket.close();
      } catch (IOException e) {
        // There is nothing left to close.
      }
      LockSupport.unpark(writer);
    }
    giveBack();
  }

  /** Takes out the calls whose time is over. */
  List<Call> expired(long nowNanos) {
    List<Call> over = new ArrayList<>(0);
    sent.forEach(
        (reqId, call) -> {
          if (call.isOver(nowNanos) && sent.remove(reqId, call)) {
            over.add(call);
          }
        });
    return over;
  }

  private void giveBack() {
    List<Call> calls = new ArrayList<>();
    for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
      calls.add(call);
    }
    for (Long reqId : sent.keySet()) {
      Call call = sent.remove(reqId);
      if (call != null) {
        calls.add(call);
      }
    }
    if (!calls.isEmpty()) {
      lost.accept(calls);
    }
  }

  /** Notes whenever something comes, be it a part of a great frame. */
  private final class Heard extends FilterInputStream {
    Heard(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      heardNanos = System.nanoTime();
      return count;
    }
  }
}
