package dev.flashq.transport.wire;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import java.util.List;
import java.util.function.BiConsumer;

/** Lists in answers. */
final class Lists {
  private Lists() {}

  /** A page of a list and whether more follows, as all that there is to say. */
  static <T> void page(
      Answer answer, FieldName name, List<T> items, boolean more, BiConsumer<T, ValueWriter> item) {
    ValueWriter out = answer.ok(2);
    items(out, name, items, item);
    JobWriter.flag(out, Names.MORE, more);
  }

  static <T> void items(
      ValueWriter out, FieldName name, List<T> items, BiConsumer<T, ValueWriter> item) {
    out.key(name);
    out.beginArray(items.size());
    items.forEach(each -> item.accept(each, out));
    out.endArray();
  }

  static void texts(ValueWriter out, FieldName name, List<String> texts) {
    out.key(name);
    JobWriter.texts(out, texts);
  }
}
