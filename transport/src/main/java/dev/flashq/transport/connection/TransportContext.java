package dev.flashq.transport.connection;

import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Reply.Delivered;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.transport.Budget;
import dev.flashq.transport.ClusterHints;
import dev.flashq.transport.Outcomes;
import dev.flashq.transport.TokenCheck;
import dev.flashq.transport.TransportLimits;
import dev.flashq.transport.TransportLimits.Limit;
import dev.flashq.transport.TransportStats;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What connections have in common. Ports that are given the same one share its budgets, whatever
 * they speak.
 */
public final class TransportContext {
  public final CommandGateway gateway;
  public final TokenCheck tokens;
  public final TransportStats stats;
  public final TransportLimits limits;
  public final ClusterHints hints;

  final Uses uses = new Uses();
  final WrongTokens wrongTokens = new WrongTokens();
  final LoginFailures loginFailures =
      new LoginFailures(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));

  /** Small requests that are not answered yet, waiting ones aside. */
  public final Budget commands;

  /** The same for large ones. */
  public final Budget largeCommands;

  /** Pulls and waits. */
  public final Budget waits;

  /** Unfinished large frames and bodies. */
  public final Budget assembly;

  /** Bytes in answers without large data that clients have not taken. */
  public final AtomicLong unreadBytes = new AtomicLong();

  /** Large answers, from the moment when their data is read. */
  public final Budget largeAnswers;

  public TransportContext(
      CommandGateway gateway,
      TokenCheck tokens,
      TransportStats stats,
      TransportLimits limits,
      ClusterHints hints) {
    this.gateway = gateway;
    this.tokens = tokens;
    this.stats = stats;
    this.limits = limits;
    this.hints = hints;
    this.commands = new Budget(limits.get(Limit.COMMANDS), limits.get(Limit.REQUEST_BYTES));
    this.largeCommands =
        new Budget(limits.get(Limit.COMMANDS), limits.get(Limit.LARGE_REQUEST_BYTES));
    this.waits = new Budget(limits.get(Limit.WAITS), Long.MAX_VALUE);
    this.assembly = new Budget(Long.MAX_VALUE, limits.get(Limit.ASSEMBLY_BYTES));
    this.largeAnswers = new Budget(Long.MAX_VALUE, limits.get(Limit.LARGE_ANSWER_BYTES));
  }

  /** The budget that a request of so many bytes is taken from. */
  Budget commands(long bytes) {
    return bytes > Limits.LARGE_COMMAND_BYTES ? largeCommands : commands;
  }

  /** Bytes of all answers that clients have not taken. */
  public long heldBytes() {
    return unreadBytes.get() + largeAnswers.bytes();
  }

  /**
   * Gives jobs back whose delivery has not reached its client; if that fails too, their leases run
   * out.
   */
  @SuppressWarnings("FutureReturnValueIgnored")
  void release(List<JobView> jobs) {
    if (!jobs.isEmpty()) {
      stats.jobsReturned.add(jobs.size());
      gateway.submit(Principal.SYSTEM, null, new Command.ReleaseJobs(Outcomes.claims(jobs)));
    }
  }

  /**
   * Gives back what the exchange was to deliver; but what a request id names is kept for whoever
   * sends it again, here or to another node.
   */
  void releaseDelivery(Exchange exchange) {
    if (!exchange.named && exchange.outcome instanceof Delivered(List<JobView> jobs)) {
      release(jobs);
    }
  }
}
