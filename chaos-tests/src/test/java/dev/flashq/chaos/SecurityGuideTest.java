package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the security guide, as they stand there but for the folder. */
class SecurityGuideTest {
  @TempDir Path folder;

  @Test
  void tenCommandsLeadFromNothingToLeastPrivilege() throws IOException {
    Matcher block =
        Pattern.compile("## From nothing.*?```sh\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(Program.ROOT.resolve("docs/SECURITY.md")));
    assertThat(block.find()).isTrue();
    List<String> commands = block.group(1).lines().toList();
    assertThat(commands).hasSize(10);
    Path script = folder.resolve("guide.sh");
    Files.writeString(
        script,
        "set -e\ncd '"
            + folder
            + "'\ntrap 'kill $(jobs -p); wait' EXIT\n"
            + block.group(1).replace("./flashq", Program.ROOT.resolve("flashq").toString())
            + "\nif "
            + Program.ROOT.resolve("flashq")
            + " access check --token-name web --op pull --queue jobs.mail; then exit 9; fi\n"
            + "if curl -fsS -H \"Authorization: Bearer $WEB\""
            + " http://127.0.0.1:6990/queues/mail/jobs -d '{\"data\":1}'; then exit 8; fi\n");

    Program guide = Program.run(BuiltNode.AS_BUILT, List.of("bash", script.toString()));

    assertThat(guide.checked())
        .contains("\"allowed\":true", "\"role\":\"producer\"", "ada@example.org", "\"lease\"")
        .contains("\"allowed\":false", "403");
    assertThat(folder.resolve("cluster.txt")).content().doesNotContain("fq_");
  }
}
