package dev.flashq.client;

import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.MessagePackReader;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.ValueReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Job objects of the protocol. */
final class JobReader {
  private static final NameTable FIELDS =
      new NameTable(
          Map.ofEntries(
              Map.entry("id", 0),
              Map.entry("queue", 1),
              Map.entry("state", 2),
              Map.entry("data", 3),
              Map.entry("result", 4),
              Map.entry("error", 5),
              Map.entry("priority", 6),
              Map.entry("attempts", 7),
              Map.entry("progress", 8),
              Map.entry("created_at", 9),
              Map.entry("completed_at", 10),
              Map.entry("lease", 11),
              Map.entry("stall_timeout", 12),
              Map.entry("unreadable", 13)));

  private JobReader() {}

  static List<Job> readAll(MessagePackReader in) {
    var jobs = new ArrayList<Job>();
    in.beginArray();
    while (in.nextItem()) {
      jobs.add(read(in));
    }
    return jobs;
  }

  static Job read(MessagePackReader in) {
    var texts = new String[] {"", "", ""};
    var numbers = new long[13];
    Data data = Data.NULL;
    Data result = Data.NULL;
    boolean unreadable = false;
    in.beginMap();
    for (int key = in.nextKey(FIELDS); key != ValueReader.END; key = in.nextKey(FIELDS)) {
      switch (key) {
        case 1 -> texts[0] = Answer.text(in);
        case 2 -> texts[1] = Answer.text(in);
        case 3 -> data = Values.raw(in);
        case 4 -> result = Values.raw(in);
        case 5 -> texts[2] = Answer.text(in);
        case 0, 6, 7, 8, 9, 10, 11 -> numbers[key] = in.integer();
        case 12 -> numbers[key] = in.kind() == Kind.NULL ? none(in) : in.integer();
        case 13 -> unreadable = in.bool();
        default -> in.skip();
      }
    }
    return new Job(
        numbers[0],
        texts[0],
        texts[1],
        data,
        result,
        texts[2].isEmpty() ? null : texts[2],
        (int) numbers[6],
        (int) numbers[7],
        (int) numbers[8],
        numbers[9],
        numbers[10],
        numbers[11],
        numbers[12],
        unreadable);
  }

  private static long none(MessagePackReader in) {
    in.nil();
    return 0;
  }
}
