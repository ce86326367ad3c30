package dev.flashq.transport.http;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.CommandGateway;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.transport.Budget;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportStats;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** What all connections of an HTTP server have in common. */
record HttpContext(
    CommandGateway gateway,
    TokenCheck tokens,
    TransportStats stats,
    OpsEndpoints ops,
    Executor opsThreads,
    TransportLimits limits,
    Budget commands,
    Budget waits,
    Budget assembly,
    Set<HttpConnection> connections) {

  private static final String BEARER = "Bearer ";

  static HttpContext of(
      HttpSettings settings,
      CommandGateway gateway,
      TokenCheck tokens,
      TransportStats stats,
      OpsEndpoints ops,
      Executor opsThreads) {
    TransportLimits limits = settings.limits();
    return new HttpContext(
        gateway,
        tokens,
        stats,
        ops,
        opsThreads,
        limits,
        new Budget(limits.commands(), limits.requestBytes()),
        new Budget(limits.waits(), Long.MAX_VALUE),
        new Budget(limits.connections(), limits.assemblyBytes()),
        ConcurrentHashMap.newKeySet());
  }

  /** Who sends the header; empty when nobody known does. */
  Optional<Principal> principal(String authorization) {
    if (tokens.open()) {
      return Optional.of(Principal.ANONYMOUS);
    }
    return authorization.startsWith(BEARER)
        ? tokens.check(authorization.substring(BEARER.length()))
        : Optional.empty();
  }

  /**
   * Gives jobs back whose delivery has not reached its client; if that fails too, their leases run
   * out.
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  void release(List<JobView> jobs, Principal principal) {
    if (!jobs.isEmpty()) {
      stats.jobsReturned.add(jobs.size());
      gateway.submit(principal, null, new Command.ReleaseJobs(Outcomes.claims(jobs)));
    }
  }
}
