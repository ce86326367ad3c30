package dev.flashq.statemachine;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.Limits;
import dev.flashq.protocol.Text;

/**
 * Names a request so that sending it again has no second effect.
 *
 * @param client chosen by the client, unique among clients; behind the name of its principal
 * @param sequence grows with every new request of that client; a repeated request keeps its own
 * @param settled the client has the answers of all its requests with a smaller sequence
 */
public record RequestId(String client, long sequence, long settled) {
  public RequestId {
    require(
        !client.isEmpty() && Text.utf8Length(client) <= 2 * Limits.CLIENT_ID_BYTES + 1,
        INVALID_REQUEST,
        "a client id has between 1 and " + Limits.CLIENT_ID_BYTES + " bytes");
    require(
        sequence >= 0 && settled >= 0 && settled <= sequence,
        INVALID_REQUEST,
        "a request id needs 0 <= settled <= sequence");
  }

  /** The same for this principal only: nobody gets the answer to somebody else's request. */
  public RequestId of(Principal principal) {
    return principal.equals(Principal.ANONYMOUS)
        ? this
        : new RequestId(principal.name() + ":" + client, sequence, settled);
  }
}
