package dev.flashq.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * The configured tokens; only their digests are kept, and a check takes the same time whichever
 * token fits.
 */
public final class Tokens {
  private final List<Known> known;

  public Tokens(List<TokenEntry> entries) {
    known =
        entries.stream()
            .map(entry -> new Known(new Identity(entry.name()), digest(entry.token())))
            .toList();
  }

  public boolean isEmpty() {
    return known.isEmpty();
  }

  /** The holder of the token, if it is one of ours. */
  public Optional<Identity> check(String token) {
    byte[] digest = digest(token);
    Optional<Identity> found = Optional.empty();
    for (Known candidate : known) {
      // No early exit: the time must not tell which of the tokens fits.
      if (MessageDigest.isEqual(candidate.digest, digest)) {
        found = Optional.of(candidate.identity);
      }
    }
    return found;
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static final class Known {
    private final Identity identity;
    private final byte[] digest;

    Known(Identity identity, byte[] digest) {
      this.identity = identity;
      this.digest = digest;
    }
  }
}
