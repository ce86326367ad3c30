package dev.flashq.transport.wire;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Query.QueueView;
import dev.flashq.statemachine.Query.Queues;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Questions whose answers take several queries. */
final class Listing {
  private Listing() {}

  /** All queues, at most {@link Limits#QUEUES_LISTED}. */
  static CompletableFuture<List<QueueView>> allQueues(CommandGateway gateway, Principal principal) {
    return gateway
        .ask(principal, new Query.ListQueues(null, Limits.PAGE), Consistency.LINEARIZABLE)
        .thenCompose(page -> rest(gateway, principal, new ArrayList<>(), page));
  }

  /** The pages behind the first may be as old as they like: nobody could tell. */
  private static CompletableFuture<List<QueueView>> rest(
      CommandGateway gateway, Principal principal, List<QueueView> sofar, Queues page) {
    sofar.addAll(page.queues());
    if (!page.more() || page.queues().isEmpty() || sofar.size() >= Limits.QUEUES_LISTED) {
      return CompletableFuture.completedFuture(sofar);
    }
    String last = page.queues().getLast().name().value();
    return gateway
        .ask(principal, new Query.ListQueues(last, Limits.PAGE), Consistency.LOCAL)
        .thenCompose(next -> rest(gateway, principal, sofar, next));
  }

  /** The sums, and the first page of queues. */
  static CompletableFuture<QueueShapes.Overview> overview(
      CommandGateway gateway, Principal principal) {
    var queues =
        gateway.ask(principal, new Query.ListQueues(null, Limits.PAGE), Consistency.LINEARIZABLE);
    return gateway
        .ask(principal, new Query.GetStats(), Consistency.LINEARIZABLE)
        .thenCombine(
            queues,
            (stats, page) ->
                new QueueShapes.Overview(
                    stats,
                    page.queues(),
                    stats.throughput().perSecond(System.currentTimeMillis())));
  }
}
