package dev.flashq.statemachine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermissionTest {
  @ParameterizedTest
  @CsvSource({
    "*, anything, true",
    "jobs:*, jobs:high, true",
    "jobs:*, jobs:, true",
    "jobs:*, jobs, false",
    "jobs:*, jobs.high, false",
    "jobs:*, my-jobs:high, false",
    "*:secret, jobs:secret, true",
    "*:secret, jobs:secret:not, false",
    "a*b*c, abc, true",
    "a*b*c, aXbYc, true",
    "a*b*c, abcb, false",
    "a**, a, true",
    "mail, mail, true",
    "mail, Mail, false",
    "mail, mails, false",
    "m.il, mail, false"
  })
  void aStarStandsForAnyCharacters(String pattern, String queue, boolean matches) {
    assertThat(Permission.matches(pattern, queue)).isEqualTo(matches);
  }

  @Test
  void aPatternOfManyStarsTakesNoLongTime() {
    String pattern = "*a".repeat(120);
    String name = "a".repeat(119) + "b".repeat(130);
    assertTimeout(
        Duration.ofSeconds(2),
        () -> {
          for (int i = 0; i < 1000; i++) {
            assertThat(Permission.matches(pattern, name)).isFalse();
          }
        });
  }
}
