package dev.flashq.transport.http;

import dev.flashq.transport.Outcomes;

/** An answer that is ready to be sent. */
public record HttpAnswer(int status, String contentType, String body) implements Outcomes.Weighed {
  static final String JSON = "application/json";

  @Override
  public long weight() {
    return Outcomes.SMALL_BYTES + (long) body.length();
  }
}
