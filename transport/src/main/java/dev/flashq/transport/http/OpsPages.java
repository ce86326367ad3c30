package dev.flashq.transport.http;

import static dev.flashq.protocol.ErrorCode.INTERNAL_ERROR;

import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.transport.connection.Exchange;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for the server's own figures, on a few threads, because that may take long or block. */
final class OpsPages implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpsPages.class);

  /** Requests that may wait for a thread. */
  private static final int WAITING = 64;

  private final OpsEndpoints endpoints;

  /** Health is not kept waiting by pages that take long. */
  private final ThreadPoolExecutor health = threads("health", 1);

  private final ThreadPoolExecutor others = threads("ops-endpoint", 2);

  OpsPages(OpsEndpoints endpoints) {
    this.endpoints = endpoints;
  }

  private static ThreadPoolExecutor threads(String name, int count) {
    var threads =
        new ThreadPoolExecutor(
            count,
            count,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            new DefaultThreadFactory(name, true));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /** Completes the exchange with the page at the path. */
  void ask(String path, Principal principal, Exchange exchange) {
    try {
      (Routes.HEALTH.contains(path) ? health : others)
          .execute(() -> exchange.complete(page(path, principal)));
    } catch (RejectedExecutionException e) {
      exchange.complete(HttpProtocol.BUSY);
    }
  }

  private Object page(String path, Principal principal) {
    try {
      return endpoints
          .get(path, principal)
          .<Object>map(page -> page)
          .orElse(HttpError.NOTHING_HERE);
    } catch (RuntimeException e) {
      LOG.error("{} failed", path, e);
      return new Refused(INTERNAL_ERROR, "Internal error");
    }
  }

  @Override
  public void close() {
    health.shutdownNow();
    others.shutdownNow();
  }
}
