package dev.flashq.transport.http;

/** An answer that is ready to be sent. */
public record HttpAnswer(int status, String contentType, String body) {
  static final String JSON = "application/json";
}
