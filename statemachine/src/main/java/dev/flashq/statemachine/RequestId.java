package dev.flashq.statemachine;

/**
 * Names a request so that sending it again has no second effect.
 *
 * @param client chosen by the client, unique among clients; behind the name of its principal
 * @param sequence grows with every new request of that client; a repeated request keeps its own
 * @param settled the client has the answers of all its requests with a smaller sequence
 */
public record RequestId(String client, long sequence, long settled) {
  /** The same for this principal only: nobody gets the answer to somebody else's request. */
  public RequestId of(Principal principal) {
    return principal.isAnonymous()
        ? this
        : new RequestId(principal.name() + ":" + client, sequence, settled);
  }
}
