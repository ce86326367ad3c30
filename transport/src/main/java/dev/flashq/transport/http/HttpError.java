package dev.flashq.transport.http;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;

import dev.flashq.statemachine.Reply.Refused;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * An outcome that is an error of HTTP itself, with a status of its own.
 *
 * @param allowed the methods that the path takes; empty when that is not the matter
 */
record HttpError(HttpResponseStatus status, Refused refusal, String allowed) {
  static final HttpError NOTHING_HERE =
      of(HttpResponseStatus.NOT_FOUND, "There is nothing at this path", "");
  static final HttpError NOT_HTTP =
      of(HttpResponseStatus.BAD_REQUEST, "This is not an HTTP request", "");

  static HttpError wrongMethod(String allowed) {
    return of(HttpResponseStatus.METHOD_NOT_ALLOWED, "This path takes " + allowed, allowed);
  }

  private static HttpError of(HttpResponseStatus status, String sentence, String allowed) {
    return new HttpError(status, new Refused(INVALID_REQUEST, sentence), allowed);
  }
}
