package dev.flashq.server;

import dev.flashq.ops.HealthPages;
import dev.flashq.ops.Metrics;
import dev.flashq.ops.Page;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply;
import dev.flashq.transport.http.HttpAnswer;
import dev.flashq.transport.http.OpsEndpoints;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Operational pages for the HTTP transport. */
record OpsRoutes(
    HealthPages health,
    Metrics metrics,
    Function<Principal, CompletableFuture<Reply>> setClock,
    Function<Principal, Page> checklist)
    implements OpsEndpoints {
  @Override
  public Optional<HttpAnswer> get(String path, Principal principal) {
    return Optional.ofNullable(page(path, principal))
        .map(page -> new HttpAnswer(page.status(), page.contentType(), page.body()));
  }

  private @Nullable Page page(String path, Principal principal) {
    return switch (path) {
      case "/health" -> health.health();
      case "/health/live" -> health.live();
      case "/health/ready" -> health.ready();
      case "/cluster" -> health.cluster();
      case "/cluster/clock" -> HealthPages.clockSet(setClock.apply(principal).join());
      case "/security/checklist" -> checklist.apply(principal);
      case "/metrics/prometheus" -> metrics.scrape();
      default -> null;
    };
  }
}
