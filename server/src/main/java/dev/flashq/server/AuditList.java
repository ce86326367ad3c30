package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** Shows records of the audit trail, a line for each, page by page. */
final class AuditList {
  /** What narrows the list, as the node calls it and with two dashes as the option is called. */
  private static final List<String> FILTERS =
      List.of("from", "to", "user", "action", "queue", "success");

  /** Records that are shown when nobody says how many. */
  private static final int RECORDS = 1000;

  private final Options options;
  private final Function<String, Optional<String>> get;
  private final Consumer<String> show;
  private final Consumer<String> tell;

  private record Page(List<String> records, String cursor, boolean more) {}

  /**
   * @param show is given each record
   * @param tell is given what is not of the list
   */
  AuditList(
      Options options,
      Function<String, Optional<String>> get,
      Consumer<String> show,
      Consumer<String> tell) {
    this.options = options;
    this.get = get;
    this.show = show;
    this.tell = tell;
  }

  int run() {
    int left = options.number("--limit", RECORDS, 1, Integer.MAX_VALUE);
    String filters = filters();
    String cursor = options.value("--cursor", "");
    while (true) {
      Optional<String> body =
          get.apply(
              "/security/audit?limit="
                  + Math.min(left, Limits.PAGE)
                  + filters
                  + (cursor.isEmpty() ? "" : "&cursor=" + AdminCommand.encoded(cursor)));
      if (body.isEmpty()) {
        return 1;
      }
      Page page = page(body.get());
      page.records.forEach(show);
      left -= page.records.size();
      cursor = page.cursor;
      if (!page.more) {
        return 0;
      }
      if (left <= 0) {
        tell.accept("there may be more: go on with --cursor " + cursor);
        return 0;
      }
    }
  }

  private String filters() {
    var query = new StringBuilder();
    for (String filter : FILTERS) {
      if (options.has("--" + filter)) {
        query
            .append('&')
            .append(filter)
            .append('=')
            .append(AdminCommand.encoded(options.value("--" + filter, "")));
      }
    }
    return query.toString();
  }

  private static Page page(String body) {
    var answer = new NodeAnswer(body, AuditList::value);
    return new Page(answer.items("records"), answer.text("cursor"), answer.more());
  }

  /** The next value as it is written. */
  private static String value(JsonReader in) {
    var _ = in.kind();
    int begin = in.position();
    in.skip();
    return new String(in.bytes(), begin, in.position() - begin, UTF_8);
  }
}
