package dev.flashq.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SanitizerTest {
  @TempDir Path folder;

  static Stream<Map<?, ?>> cleanedByNode() {
    return Vectors.texts().stream();
  }

  @ParameterizedTest
  @MethodSource("cleanedByNode")
  void cleansTextsAsTheGuideDoes(Map<?, ?> vector) {
    assertThat(Sanitizer.text(Vectors.text(vector, "input")))
        .isEqualTo(Vectors.text(vector, "text"));
  }

  @Test
  void cutsTextsBetweenCharacters() {
    String many = "a".repeat(9_999);
    assertThat(Sanitizer.text(many + "bc")).isEqualTo(many + "b");
    assertThat(Sanitizer.text(many + "𝄞")).isEqualTo(many);
    assertThat(Sanitizer.text(many + " b")).isEqualTo(many);
    assertThat(Sanitizer.text("<" + "𝄞".repeat(6_000))).isEqualTo("𝄞".repeat(5_000));
    assertThat(Sanitizer.text(" ".repeat(1_000_000) + "x")).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "<b>bold</b> <i>i</i>|<b>bold</b> <i>i</i>",
        "<p>one<br>two</p>|<p>one<br>two</p>",
        "<p onclick=\"x()\" style='a'>t</p>|<p>t</p>",
        "a<script>alert(1)</script>b|ab",
        "a<SCRIPT SRC=//x>alert(1)</sCript >b|ab",
        "<style>p{}</style>t|t",
        "<a href='javascript:x()'>link</a>|link",
        "<img src=x onerror=alert(1)>|''",
        "<svg><script>1</script></svg>|''",
        "<b><i>nested|<b><i>nested</i></b>",
        "<scr<script>ipt>alert(1)</script>|ipt&gt;alert(1)",
        "1 < 2 & 3|1 &lt; 2 &amp; 3",
        "&lt;script&gt;|&lt;script&gt;",
        "<!-- comment -->t|t",
        "<noscript><p title=\"</noscript><img src=x onerror=x()>\">t|<p>t</p>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=x()&gt;\">|''",
      })
  void leavesOfHtmlWhatIsAllowed(String html, String clean) {
    String once = Html.clean(html);
    assertThat(once).isEqualTo(clean);
    assertThat(Html.clean(once)).as("cleaned again").isEqualTo(once);
  }

  @Test
  void refusesTooMuchHtml() {
    assertThatThrownBy(() -> Html.clean("x".repeat(Html.MAX_CHARACTERS + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Html.clean("<b>".repeat(100_000))).doesNotContain("<script");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "users",
        "_x",
        "A1_b",
        "a23456789a23456789a23456789a23456789a23456789a23456789a23456789"
      })
  void takesIdentifiers(String name) {
    assertThat(Sanitizer.sqlIdentifier(name)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1a",
        "a-b",
        "a b",
        "a;drop",
        "a\n",
        "\na",
        "a\u0000",
        "ä",
        "a.b",
        "\"a\"",
        "a23456789a23456789a23456789a23456789a23456789a23456789a23456789a"
      })
  void refusesWhatIsNoIdentifier(String name) {
    assertThatThrownBy(() -> Sanitizer.sqlIdentifier(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid SQL identifier: only letters");
  }

  @Test
  void resolvesPathsInItsFolder() throws IOException {
    var root = new RootFolder(folder);
    Files.createDirectories(folder.resolve("a/b"));

    assertThat(root.resolve("a/b/c.txt")).isEqualTo(folder.toRealPath().resolve("a/b/c.txt"));
    assertThat(root.resolve(".hidden")).isEqualTo(folder.toRealPath().resolve(".hidden"));
    assertThat(root.resolve("x/y..z")).startsWithRaw(folder.toRealPath());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/etc/passwd",
        "..",
        "../x",
        "a/../../x",
        "....//x",
        "..././x",
        "....",
        "a/./b",
        "a//b",
        "a/",
        "%2e%2e/x",
        "..%2fx",
        "%252e%252e%252fx",
        "..\\x",
        "a\\..\\..\\x",
        "C:/x",
        "C:x",
        "a\u0000.txt",
        "a\n",
        "a.",
        "a ",
        "~/x",
        "．．/x",
        "\u2025/x",
        "file:///etc/passwd",
      })
  void refusesPathsThatMightLeaveIt(String path) throws IOException {
    var root = new RootFolder(folder);
    assertThatThrownBy(() -> root.resolve(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid path: it is not made of names between '/'");
  }

  @Test
  void followsLinksInsideOnly() throws IOException {
    Path inside = Files.createDirectories(folder.resolve("root/real"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path root = folder.resolve("root");
    Files.createSymbolicLink(root.resolve("good"), inside);
    Files.createSymbolicLink(root.resolve("bad"), outside);
    Files.createSymbolicLink(root.resolve("nowhere"), folder.resolve("root2/x"));
    Files.createSymbolicLink(inside.resolve("up"), Path.of(".."));
    Files.createSymbolicLink(inside.resolve("far"), Path.of("../../outside"));
    var guarded = new RootFolder(root);

    assertThat(guarded.resolve("good/x")).isEqualTo(inside.toRealPath().resolve("x"));
    assertThat(guarded.resolve("good/up/real/x")).isEqualTo(inside.toRealPath().resolve("x"));
    for (String path : new String[] {"bad", "bad/x", "nowhere", "nowhere/x", "good/far/x"}) {
      assertThatThrownBy(() -> guarded.resolve(path))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a link that leads");
    }
  }

  @Test
  void refusesLongPaths() throws IOException {
    var root = new RootFolder(folder);
    assertThatThrownBy(() -> root.resolve("a".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> root.resolve("a/".repeat(600) + "a"))
        .hasMessage("Invalid path: it is longer than 1024 characters");
    assertThatThrownBy(() -> new RootFolder(folder.resolve("none")))
        .isInstanceOf(IOException.class);
  }
}
