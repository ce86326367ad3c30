package dev.flashq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Numbers stand in stored answers: a line is added for a new code, and none is ever changed. */
class ErrorCodeTest {
  private static final String NUMBERS =
      """
      1 INVALID_REQUEST
      2 UNKNOWN_COMMAND
      3 INVALID_QUEUE_NAME
      4 DATA_TOO_LARGE
      5 BATCH_TOO_LARGE
      6 FRAME_TOO_LARGE
      7 UNAUTHENTICATED
      8 INVALID_TOKEN
      9 FORBIDDEN
      10 JOB_NOT_FOUND
      11 WRONG_STATE
      12 LEASE_LOST
      13 DUPLICATE_KEY
      14 DEBOUNCED
      15 JOB_FAILED
      16 WAIT_TIMEOUT
      17 REQUEST_ID_EXPIRED
      18 LIMIT_EXCEEDED
      19 SERVICE_UNAVAILABLE
      20 OUTCOME_UNKNOWN
      21 FEATURE_LEVEL
      22 INTERNAL_ERROR
      23 TOKEN_NOT_FOUND
      24 ROLE_NOT_FOUND
      25 AUDIT_FULL
      26 RATE_LIMITED
      27 VALIDATION_ERROR
      28 ERASURE_NOT_FOUND
      29 KEY_UNAVAILABLE
      """;

  @Test
  void numbersAreForEver() {
    assertThat(
            Arrays.stream(ErrorCode.values())
                .map(code -> code.number() + " " + code + "\n")
                .collect(Collectors.joining()))
        .isEqualTo(NUMBERS);
  }

  @Test
  void aCodeIsFoundByItsNumber() {
    for (ErrorCode code : ErrorCode.values()) {
      assertThat(ErrorCode.of(code.number())).isEqualTo(code);
    }
    assertThat(ErrorCode.of(0)).isNull();
    assertThat(ErrorCode.of(1000)).isNull();
  }
}
