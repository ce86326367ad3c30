import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Names the skipped tests of all modules with their reasons, then says the totals: {@code ROOT}.
 */
final class TestSummary {
  private final List<String> skipped = new ArrayList<>();
  private int run;
  private int failures;
  private int errors;
  private int skips;

  public static void main(String[] args) throws IOException {
    List<Path> reports = reports(Path.of(args[0]));
    var summary = new TestSummary();
    for (Path report : reports) {
      summary.read(report);
    }
    if (!reports.isEmpty()) {
      summary.print();
    }
  }

  private static List<Path> reports(Path root) throws IOException {
    var reports = new ArrayList<Path>();
    try (DirectoryStream<Path> modules = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path module : modules) {
        Path folder = module.resolve("target/surefire-reports");
        if (Files.isDirectory(folder)) {
          try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "TEST-*.xml")) {
            files.forEach(reports::add);
          }
        }
      }
    }
    reports.sort(null);
    return reports;
  }

  private void read(Path report) throws IOException {
    try (InputStream bytes = Files.newInputStream(report)) {
      XMLStreamReader xml = XMLInputFactory.newDefaultFactory().createXMLStreamReader(bytes);
      String test = "";
      while (xml.hasNext()) {
        if (xml.next() == XMLStreamConstants.START_ELEMENT) {
          switch (xml.getLocalName()) {
            case "testsuite" -> count(xml);
            case "testcase" -> test = name(xml);
            case "skipped" -> skipped.add(test + ": " + reason(xml));
            default -> {}
          }
        }
      }
    } catch (XMLStreamException e) {
      throw new IOException("cannot read " + report, e);
    }
  }

  private void count(XMLStreamReader suite) {
    run += figure(suite, "tests");
    failures += figure(suite, "failures");
    errors += figure(suite, "errors");
    skips += figure(suite, "skipped");
  }

  private static int figure(XMLStreamReader suite, String name) {
    return Integer.parseInt(suite.getAttributeValue(null, name));
  }

  private static String name(XMLStreamReader test) {
    String type = test.getAttributeValue(null, "classname");
    return type.substring(type.lastIndexOf('.') + 1) + "." + test.getAttributeValue(null, "name");
  }

  private static String reason(XMLStreamReader skip) {
    String message = skip.getAttributeValue(null, "message");
    return message == null ? "no reason was given" : message.strip().replaceAll("\\s+", " ");
  }

  private void print() {
    System.out.println(); // Maven may have left its last line open
    skipped.forEach(test -> System.out.println("skipped: " + test));
    System.out.println(
        "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d"
            .formatted(run, failures, errors, skips));
  }
}
