package dev.flashq.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong option is said before anything is started. */
class OptionsTest {
  private final StringWriter errors = new StringWriter();

  private int run(String... options) {
    return BenchMain.commandLine().setErr(new PrintWriter(errors, true)).execute(options);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--payload 33               | --payload is 33; expected: a number from 34 to 100000",
        "--payload 100001           | --payload is 100001;",
        "--payload many             | Invalid value for option '--payload'",
        "--connections 0            | --connections is 0; expected: a number from 1 to 100",
        "--warmup -1                | --warmup is -1; expected: a number from 0 to 3600",
        "--duration 0               | --duration is 0; expected: a number from 1 to 3600",
        "--batch 0                  | --batch is 0; expected: a number from 1 to 1000",
        "--batch 1001               | --batch is 1001;",
        "--payload 20000            | --payload times --batch is more than a frame can hold",
        "--nodes 0                  | --nodes is 0; expected: a number from 1 to 7",
        "--backlog -5               | --backlog is -5; expected: a number from 100000 to 200000000",
        "--backlog 100000 --workload W1 | --backlog takes no --workload",
        "--rate 0                   | --rate is 0; expected: a number from 1 to 1000000",
        "--workload W9              | expected one of [W1, W1b, W2, W3, W4, W5]",
        "--token secret             | --token is for a --target",
        "--backlog 100000 --encrypted | --backlog takes no --workload and no --encrypted",
        "--target a:1 --nodes 3     | --nodes, --data, --backlog and --encrypted are for a cluster that is started",
        "--target a:1 --encrypted   | --nodes, --data, --backlog and --encrypted are for a cluster that is started",
        "--target a:1 --workload W4 | W4 kills the leader",
        "--figures                  | Unknown option: '--figures'",
      })
  void refuses(String options, String sentence) {
    assertThat(run(options.split(" "))).isEqualTo(2);
    assertThat(errors.toString()).contains(sentence).doesNotContain("Exception");
  }

  @Test
  void saysWhenTheTargetIsNoAddress() {
    assertThat(run("--target", "localhost")).isEqualTo(1);
    assertThat(errors.toString())
        .isEqualTo("flashq bench: 'localhost' is not an address; expected: host:port\n");
  }

  @Test
  void saysWhenTheTargetDoesNotAnswer() {
    assertThat(run("--target", "127.0.0.1:1", "--warmup", "0", "--duration", "1")).isEqualTo(1);
    assertThat(errors.toString())
        .startsWith("flashq bench: SERVICE_UNAVAILABLE")
        .doesNotContain("\tat ");
  }
}
