package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {
  private final Tokens tokens =
      new Tokens(
          List.of(new TokenEntry("workers", "s3cret"), new TokenEntry("ops", "another-secret")));

  @Test
  void namesTheHolderOfAToken() {
    assertThat(tokens.check("s3cret")).contains(new Identity("workers"));
    assertThat(tokens.check("another-secret")).contains(new Identity("ops"));
  }

  @Test
  void knowsNobodyByAWrongToken() {
    assertThat(tokens.check("")).isEmpty();
    assertThat(tokens.check("s3cre")).isEmpty();
    assertThat(tokens.check("s3cretx")).isEmpty();
    assertThat(tokens.check("workers")).isEmpty();
  }

  @Test
  void isEmptyWithoutTokens() {
    assertThat(new Tokens(List.of()).isEmpty()).isTrue();
    assertThat(tokens.isEmpty()).isFalse();
    assertThat(new Tokens(List.of()).check("")).isEmpty();
  }

  @Test
  void neverPrintsAToken() {
    assertThat(new TokenEntry("workers", "s3cret").toString()).doesNotContain("s3cret");
  }

  @Test
  void refusesAnEmptyToken() {
    assertThatThrownBy(() -> new TokenEntry("workers", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
