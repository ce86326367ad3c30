package dev.flashq.ops;

/** An answer of the operational HTTP interface. */
public record Page(int status, String contentType, String body) {
  static Page json(int status, String body) {
    return new Page(status, "application/json", body);
  }
}
