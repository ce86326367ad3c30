package dev.flashq.bench.jmh;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.ValueWriter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A push as it arrives and the answer to it, in both encodings; data of 256 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WireBenchmark {
  private static final int CMD = 0;
  private static final int QUEUE = 1;
  private static final int DATA = 2;
  private static final int PRIORITY = 3;
  private static final NameTable NAMES =
      new NameTable(Map.of("cmd", CMD, "queue", QUEUE, "data", DATA, "priority", PRIORITY));
  private static final FieldName OK = FieldName.of("ok");
  private static final FieldName ID = FieldName.of("id");
  private static final FieldName REQ_ID = FieldName.of("reqId");
  private static final int KEEP_BYTES = 1 << 16;

  private final ValueReader jsonReader = new JsonReader();
  private final ValueReader messagePackReader = new MessagePackReader();
  private final ValueWriter jsonWriter = new JsonWriter();
  private final ValueWriter messagePackWriter = new MessagePackWriter();
  private final byte[] jsonPush = push(new JsonWriter());
  private final byte[] messagePackPush = push(new MessagePackWriter());
  private long id = 1_000_000;

  private static byte[] push(ValueWriter out) {
    out.beginMap(5);
    out.key("cmd");
    out.string("PUSH");
    out.key("queue");
    out.string("mail");
    out.key("data");
    out.beginMap(2);
    out.key("to");
    out.string("ada@example.org");
    out.key("text");
    out.string("x".repeat(220));
    out.endMap();
    out.key("priority");
    out.integer(5);
    out.key("reqId");
    out.string("r-1234");
    out.endMap();
    return out.toByteArray();
  }

  @Benchmark
  public long decodeJsonPush() {
    return decode(jsonReader, jsonPush);
  }

  @Benchmark
  public long decodeMessagePackPush() {
    return decode(messagePackReader, messagePackPush);
  }

  /** As the transport does: names by table, the data checked and passed over. */
  private static long decode(ValueReader in, byte[] bytes) {
    long sum = 0;
    in.open(bytes, 0, bytes.length);
    in.beginMap();
    for (int name = in.nextKey(NAMES); name != ValueReader.END; name = in.nextKey(NAMES)) {
      switch (name) {
        case CMD, QUEUE -> sum += in.string().length();
        case DATA -> {
          in.kind();
          int from = in.position();
          in.skip();
          sum += in.position() - from;
        }
        case PRIORITY -> sum += in.integer();
        default -> in.skip();
      }
    }
    in.finish();
    return sum;
  }

  @Benchmark
  public int encodeJsonAnswer() {
    return encode(jsonWriter);
  }

  @Benchmark
  public int encodeMessagePackAnswer() {
    return encode(messagePackWriter);
  }

  private int encode(ValueWriter out) {
    out.clear(KEEP_BYTES);
    out.beginMap(3);
    out.key(OK);
    out.bool(true);
    out.key(ID);
    out.integer(++id);
    out.key(REQ_ID);
    out.string("r-1234");
    out.endMap();
    return out.size();
  }
}
