package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ./flashq test} hands to Maven and what it says at the end; Maven is a stand-in. */
class TestCommandTest {
  private static final String REPORT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="dev.flashq.DiskTest" time="1" tests="3" errors="0" skipped="2" failures="1">
        <testcase name="fills" classname="dev.flashq.DiskTest" time="0.1">
          <skipped message="Assumption failed: no &quot;mount&quot;&#10;  here" type="Aborted"><![CDATA[
      Aborted: <skipped message="not this"/>]]></skipped>
        </testcase>
        <testcase name="works" classname="dev.flashq.DiskTest" time="0.1">
          <failure message="expected &lt;1>" type="Error"/>
        </testcase>
        <testcase name="empties" classname="dev.flashq.DiskTest" time="0"><skipped/></testcase>
      </testsuite>
      """;

  private static final String PASSED =
      """
      <testsuite name="dev.flashq.QueueTest" tests="40" errors="0" skipped="0" failures="0"/>
      """;

  @TempDir Path home;

  @BeforeEach
  void copyTheScript() throws IOException {
    for (String file : List.of("flashq", "build/TestSummary.java")) {
      Path copy = home.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(Program.ROOT.resolve(file), copy);
    }
  }

  @Test
  void namesTheSkippedOfAllModulesAndSaysTheTotals() throws IOException {
    report("gone", "<testsuite tests='7' errors='7' skipped='7' failures='7'/>");
    Files.writeString(home.resolve("1.xml"), REPORT);
    Files.writeString(home.resolve("2.xml"), PASSED);

    Program test =
        test(
            """
            echo '[INFO] BUILD FAILURE'
            mkdir -p chaos-tests/target/surefire-reports server/target/surefire-reports
            mv 1.xml chaos-tests/target/surefire-reports/TEST-dev.flashq.DiskTest.xml
            mv 2.xml server/target/surefire-reports/TEST-dev.flashq.QueueTest.xml
            exit 3
            """);

    assertThat(test.exitCode()).isEqualTo(3);
    assertThat(test.output().lines())
        .containsExactly(
            "[INFO] BUILD FAILURE",
            "",
            "skipped: DiskTest.fills: Assumption failed: no \"mount\" here",
            "skipped: DiskTest.empties: no reason was given",
            "Tests run: 43, Failures: 1, Errors: 0, Skipped: 2");
  }

  @Test
  void handsItsOptionsToMaven() throws IOException {
    Program test = test("printf '<%s>' \"$@\"; echo", "-pl", "a b", "--no-docker", "-Dtest=X");

    assertThat(test.checked().lines())
        .containsExactly(
            "<-B><-q><-T><1C><-DskipTests><package><-pl><a b><-Dflashq.test.docker=none><-Dtest=X>",
            "<-B><-Dexec.skip><verify><-pl><a b><-Dflashq.test.docker=none><-Dtest=X>");
  }

  @Test
  void failsWhenAReportCannotBeRead() throws IOException {
    Program test =
        test(
            """
            mkdir -p server/target/surefire-reports
            echo '<testsuite' >server/target/surefire-reports/TEST-half.xml
            """);

    assertThat(test.succeeded()).isFalse();
    assertThat(test.output()).contains("TEST-half.xml");
  }

  private void report(String module, String report) throws IOException {
    Path folder = Files.createDirectories(home.resolve(module + "/target/surefire-reports"));
    Files.writeString(folder.resolve("TEST-" + module + ".xml"), report);
  }

  /** Runs the command with a Maven that is this shell script. */
  private Program test(String maven, String... options) throws IOException {
    Path path = Files.createDirectories(home.resolve("bin"));
    Path mvn = Files.writeString(path.resolve("mvn"), "#!/bin/sh\nset -eu\n" + maven);
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
    var environment = new HashMap<String, String>();
    environment.put("PATH", path + ":" + System.getenv("PATH"));
    environment.put("FLASHQ_JAVA_HOME", System.getProperty("java.home"));
    return Program.run(
        environment,
        Stream.concat(
                Stream.of("sh", home.resolve("flashq").toString(), "test"), Stream.of(options))
            .toList());
  }
}
