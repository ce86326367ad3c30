import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Checks or applies the one format of all Java sources: {@code check|apply ROOT}. */
final class FormatSources {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    Formatter formatter = new Formatter(JavaFormatterOptions.builder().style(Style.GOOGLE).build());
    List<Path> sources;
    try (Stream<Path> files = Files.walk(root)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !root.relativize(file).toString().matches("(.*/)?target/.*"))
              .toList();
    }
    AtomicInteger wrong = new AtomicInteger();
    sources.parallelStream()
        .forEach(
            file -> {
              try {
                String before = Files.readString(file);
                String after =
                    formatter.formatSource(
                        RemoveUnusedImports.removeUnusedImports(
                            ImportOrderer.reorderImports(before, Style.GOOGLE)));
                if (!after.equals(before)) {
                  wrong.incrementAndGet();
                  if (apply) {
                    Files.writeString(file, after);
                  } else {
                    System.err.println("not formatted: " + root.relativize(file));
                  }
                }
              } catch (Exception e) {
                wrong.incrementAndGet();
                System.err.println(
                    "cannot format " + root.relativize(file) + ": " + e.getMessage());
              }
            });
    if (wrong.get() > 0 && !apply) {
      System.err.println(wrong + " sources are not formatted; './flashq format' formats them");
      System.exit(1);
    }
  }
}
