package dev.flashq.client;

import static java.util.Objects.requireNonNull;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.ValueReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One response frame, read in one pass; fields that the client does not know are passed over. */
final class Answer {
  private static final NameTable FIELDS =
      new NameTable(
          Map.ofEntries(
              Map.entry("reqId", 0),
              Map.entry("ok", 1),
              Map.entry("error", 2),
              Map.entry("code", 3),
              Map.entry("id", 4),
              Map.entry("ids", 5),
              Map.entry("job", 6),
              Map.entry("jobs", 7),
              Map.entry("count", 8),
              Map.entry("failed", 9),
              Map.entry("leader_address", 10),
              Map.entry("waiting", 11),
              Map.entry("active", 12),
              Map.entry("delayed", 13),
              Map.entry("completed", 14),
              Map.entry("state", 15),
              Map.entry("queued", 16),
              Map.entry("processing", 17),
              Map.entry("dlq", 18),
              Map.entry("total", 19),
              Map.entry("cursor", 20),
              Map.entry("more", 21)));
  private static final NameTable FAILURE_FIELDS =
      new NameTable(Map.of("index", 0, "error", 1, "code", 2));

  long reqId = -1;
  boolean ok;
  String error = "";
  String code = "";
  long id;
  List<Long> ids = List.of();
  List<Job> jobs = List.of();
  long count;
  List<Failure> failures = List.of();
  String leaderAddress = "";
  String state = "";
  long total;
  String cursor = "";
  boolean more;
  final long[] numbers = new long[FIELD_COUNT];
  private final byte[] frame;

  private static final int FIELD_COUNT = 19;

  /** An item of a batch that was refused. */
  record Failure(int index, FlashQException reason) {}

  private Answer(byte[] frame) {
    this.frame = frame;
  }

  static Answer read(byte[] frame, MessagePackReader reader) {
    Answer answer = new Answer(frame);
    reader.open(frame, 0, frame.length);
    reader.beginMap();
    for (int key = reader.nextKey(FIELDS); key != ValueReader.END; key = reader.nextKey(FIELDS)) {
      answer.field(key, reader);
    }
    return answer;
  }

  private void field(int key, MessagePackReader in) {
    switch (key) {
      case 0 -> reqId = in.integer();
      case 1 -> ok = in.bool();
      case 2 -> error = text(in);
      case 3 -> code = text(in);
      case 4 -> id = in.integer();
      case 5 -> ids = longs(in);
      case 6 -> jobs = in.kind() == Kind.MAP ? List.of(JobReader.read(in)) : none(in);
      case 7 -> jobs = JobReader.readAll(in);
      case 8 -> count = in.integer();
      case 9 -> failed(in);
      case 10 -> leaderAddress = text(in);
      case 15 -> state = text(in);
      case 19 -> total = in.integer();
      case 20 -> cursor = text(in);
      case 21 -> more = in.bool();
      case 11, 12, 13, 14, 16, 17, 18 -> numbers[key] = in.integer();
      default -> in.skip();
    }
  }

  /** All that it says, for answers that are rare and hold no jobs. */
  Map<?, ?> all() {
    return (Map<?, ?>) requireNonNull(Values.read(frame));
  }

  /** "failed" is a list of refused items in a batch's answer and a number in a queue's counts. */
  private void failed(MessagePackReader in) {
    if (in.kind() == Kind.ARRAY) {
      failures = failures(in);
    } else {
      numbers[9] = in.integer();
    }
  }

  private static List<Job> none(MessagePackReader in) {
    in.skip();
    return List.of();
  }

  static String text(MessagePackReader in) {
    if (in.kind() == Kind.STRING) {
      return in.string();
    }
    in.skip();
    return "";
  }

  private static List<Long> longs(MessagePackReader in) {
    var list = new ArrayList<Long>();
    in.beginArray();
    while (in.nextItem()) {
      list.add(in.integer());
    }
    return list;
  }

  private static List<Failure> failures(MessagePackReader in) {
    var list = new ArrayList<Failure>();
    in.beginArray();
    while (in.nextItem()) {
      int index = 0;
      String error = "";
      String code = "";
      in.beginMap();
      for (int key = in.nextKey(FAILURE_FIELDS);
          key != ValueReader.END;
          key = in.nextKey(FAILURE_FIELDS)) {
        switch (key) {
          case 0 -> index = (int) in.integer();
          case 1 -> error = text(in);
          case 2 -> code = text(in);
          default -> in.skip();
        }
      }
      list.add(new Failure(index, exception(code, error)));
    }
    return list;
  }

  /** What the server refused, or null when it did not. */
  @Nullable FlashQException refusal() {
    return ok ? null : exception(code, error);
  }

  private static FlashQException exception(String code, String error) {
    ErrorCode known =
        Arrays.stream(ErrorCode.values())
            .filter(value -> value.name().equals(code))
            .findFirst()
            .orElse(ErrorCode.INTERNAL_ERROR);
    return new FlashQException(known, error);
  }
}
