package dev.flashq.examples.guide;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQ;
import dev.flashq.client.secure.Html;
import dev.flashq.client.secure.RootFolder;
import dev.flashq.client.secure.Sanitizer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;

/** What users typed is cleaned or refused before it becomes a job. */
public final class CleanInput {
  private final FlashQ client;
  private final RootFolder uploads;

  public CleanInput(FlashQ client, RootFolder uploads) {
    this.client = client;
    this.uploads = uploads;
  }

  /**
   * A comment with a file, to be put into a table.
   *
   * @throws IllegalArgumentException when the file's path would leave the folder of uploads, or the
   *     table's name is none; nothing was pushed
   */
  public CompletableFuture<Long> push(String title, String html, String file, String table)
      throws IOException {
    var job = new LinkedHashMap<String, String>();
    job.put("title", Sanitizer.text(title));
    job.put("body", Html.clean(html));
    job.put("file", uploads.resolve(file).toString());
    job.put("table", Sanitizer.sqlIdentifier(table));
    return client.push("comments", Data.of(job));
  }
}
