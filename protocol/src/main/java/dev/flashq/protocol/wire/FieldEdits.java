package dev.flashq.protocol.wire;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Replaces and removes what stands at paths in data of either encoding; everything else stays as it
 * is written. Nothing is added: a path that leads nowhere changes nothing. Items of arrays that are
 * removed leave a null, so that doing it twice is doing it once. Of repeated names each is changed.
 */
public final class FieldEdits {
  private static final byte[] NULL = {'n', 'u', 'l', 'l'};
  private static final byte[] NIL = {(byte) 0xc0};

  private final Node root = new Node();

  /**
   * @param json what comes to the path; null: what is there is removed
   */
  public record Edit(FieldPath path, byte @Nullable [] json) {}

  /** What is to be done below a step of paths. */
  private static final class Node {
    final TreeMap<String, Node> below = new TreeMap<>();
    boolean removes;
    byte @Nullable [] json;
    byte @Nullable [] messagePack;

    @Nullable Node named(String name) {
      return below.get(name);
    }

    @Nullable Node item(int item) {
      Node exactly = below.get(Integer.toString(item));
      return exactly == null ? below.get("*") : exactly;
    }
  }

  /** The last one of several edits of a path counts, and a path hides those that go on from it. */
  public FieldEdits(List<Edit> edits) {
    for (Edit edit : edits) {
      Node node = root;
      for (String step : edit.path().steps()) {
        node = node.below.computeIfAbsent(step, _ -> new Node());
      }
      node.removes = edit.json() == null;
      node.json = edit.json();
      node.messagePack = edit.json() == null ? null : messagePack(edit.json());
    }
  }

  private static byte[] messagePack(byte[] json) {
    var out = new MessagePackWriter();
    Transcode.jsonToMessagePack(json, 0, json.length, out);
    return out.toByteArray();
  }

  /**
   * The data as it is to be; null when it is already. Fails with a {@link WireException} when it
   * cannot be read.
   *
   * @param limit bytes that it may become
   */
  public byte @Nullable [] apply(byte[] data, boolean messagePack, int limit) {
    if (messagePack) {
      var in = new MessagePackReader();
      in.open(data, 0, data.length);
      var out = new MessagePackWriter(limit);
      return messagePack(in, out, root) ? out.toByteArray() : null;
    }
    var in = new JsonReader();
    in.open(data, 0, data.length);
    var out = new JsonWriter(limit);
    return json(in, out, root) ? out.toByteArray() : null;
  }

  private static boolean json(JsonReader in, JsonWriter out, Node node) {
    if (node.json != null) {
      return replace(in, out, node.json);
    }
    return switch (in.kind()) {
      case MAP -> jsonMap(in, out, node);
      case ARRAY -> jsonArray(in, out, node);
      case NULL, BOOLEAN, NUMBER, STRING, BINARY, EXTENSION -> copy(in, out);
    };
  }

  private static boolean jsonMap(JsonReader in, JsonWriter out, Node node) {
    boolean changed = false;
    in.beginMap();
    out.beginMap(0);
    for (String name = in.nextKeyText(); name != null; name = in.nextKeyText()) {
      Node below = node.named(name);
      if (below != null && below.removes) {
        in.skip();
        changed = true;
      } else {
        out.key(name);
        changed |= below == null ? copy(in, out) : json(in, out, below);
      }
    }
    out.endMap();
    return changed;
  }

  private static boolean jsonArray(JsonReader in, JsonWriter out, Node node) {
    boolean changed = false;
    in.beginArray();
    out.beginArray(0);
    for (int item = 0; in.nextItem(); item++) {
      Node below = node.item(item);
      if (below != null && below.removes) {
        changed |= replace(in, out, NULL);
      } else {
        changed |= below == null ? copy(in, out) : json(in, out, below);
      }
    }
    out.endArray();
    return changed;
  }

  private static boolean messagePack(MessagePackReader in, MessagePackWriter out, Node node) {
    if (node.messagePack != null) {
      return replace(in, out, node.messagePack);
    }
    return switch (in.kind()) {
      case MAP -> messagePackMap(in, out, node);
      case ARRAY -> messagePackArray(in, out, node);
      case NULL, BOOLEAN, NUMBER, STRING, BINARY, EXTENSION -> copy(in, out);
    };
  }

  private static boolean messagePackMap(MessagePackReader in, MessagePackWriter out, Node node) {
    boolean changed = false;
    in.beginMap();
    int header = out.openCount(0xdf);
    int entries = 0;
    while (in.nextItem()) {
      int start = in.position();
      Node below = node.named(FieldMatch.Names.name(in));
      if (below != null && below.removes) {
        in.skip();
        changed = true;
      } else {
        out.raw(in.bytes(), start, in.position());
        changed |= below == null ? copy(in, out) : messagePack(in, out, below);
        entries++;
      }
    }
    out.setCount(header, entries);
    return changed;
  }

  private static boolean messagePackArray(MessagePackReader in, MessagePackWriter out, Node node) {
    boolean changed = false;
    in.beginArray();
    int header = out.openCount(0xdd);
    int items = 0;
    for (int item = 0; in.nextItem(); item++) {
      Node below = node.item(item);
      if (below != null && below.removes) {
        changed |= replace(in, out, NIL);
      } else {
        changed |= below == null ? copy(in, out) : messagePack(in, out, below);
      }
      items++;
    }
    out.setCount(header, items);
    return changed;
  }

  private static boolean copy(ValueReader in, ValueWriter out) {
    int start = start(in);
    in.skip();
    out.raw(in.bytes(), start, in.position());
    return false;
  }

  /** Whether something else stood there. */
  private static boolean replace(ValueReader in, ValueWriter out, byte[] value) {
    int start = start(in);
    in.skip();
    out.raw(value, 0, value.length);
    return !Arrays.equals(in.bytes(), start, in.position(), value, 0, value.length);
  }

  private static int start(ValueReader in) {
    in.kind();
    return in.position();
  }
}
