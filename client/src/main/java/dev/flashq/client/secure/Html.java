package dev.flashq.client.secure;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Document.OutputSettings;
import org.jsoup.safety.Safelist;

/**
 * Cleans HTML of users by a list of what is allowed: {@code b i em strong p br}, without
 * attributes. Needs {@code org.jsoup:jsoup} on the class path.
 */
public final class Html {
  /** Characters of a text that is cleaned. */
  public static final int MAX_CHARACTERS = 1 << 20;

  private static final Safelist ALLOWED =
      new Safelist().addTags("b", "i", "em", "strong", "p", "br");

  private Html() {}

  /**
   * The text of other elements stays, less that of scripts and styles. What comes out means the
   * same to every browser, because it is written anew from what a browser would have understood.
   *
   * @throws IllegalArgumentException when it is longer than 1,048,576 characters
   */
  public static String clean(String html) {
    if (html.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException("more HTML than " + MAX_CHARACTERS + " characters");
    }
    return Jsoup.clean(html, "", ALLOWED, new OutputSettings().prettyPrint(false));
  }
}
