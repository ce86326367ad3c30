package dev.flashq.client;

import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A client of a flashQ cluster; safe for any number of threads, one is enough per program.
 *
 * <p>It talks to the leader and follows it. A request whose answer got lost in a failover is sent
 * again under the same request id until its deadline, and has one effect. Futures fail with {@link
 * FlashQException}; when its code is OUTCOME_UNKNOWN the request may or may not have taken effect.
 * At most 4096 changes may be unanswered; the next call blocks until one is answered.
 */
public final class FlashQ implements AutoCloseable {
  /** Jobs that are fetched at once. */
  private static final int PAGE = 1000;

  private final Router router;
  private final Duration timeout;
  private final SequenceWindow changes;
  private final SequenceWindow pulls;

  private FlashQ(Builder builder) {
    String id = UUID.randomUUID().toString();
    this.router = new Router(builder.addresses, new Token(builder.token), builder.sockets);
    this.timeout = builder.timeout;
    this.changes = new SequenceWindow(id);
    // Pulls may wait for minutes; a window of their own keeps them from holding up the others.
    this.pulls = new SequenceWindow(id + "-p");
  }

  /**
   * Addresses as host:port; one is enough to find the others.
   *
   * @throws IllegalArgumentException when one has another form
   */
  public static Builder at(String... addresses) {
    return new Builder(List.of(addresses));
  }

  public static Builder at(List<String> addresses) {
    return new Builder(List.copyOf(addresses));
  }

  /** Settings of a client. */
  public static final class Builder {
    private final List<String> addresses;
    private TokenSource token = TokenSource.NONE;
    private Duration timeout = Duration.ofSeconds(10);
    private Sockets sockets = Sockets.PLAIN;

    private Builder(List<String> addresses) {
      if (addresses.isEmpty()) {
        throw new IllegalArgumentException("a client needs an address");
      }
      addresses.forEach(LeaderSearch::socketAddress);
      this.addresses = addresses;
    }

    public Builder token(String value) {
      return token(TokenSource.of(value));
    }

    /** Asks for the token when it is first needed, and again when it was refused. */
    public Builder token(TokenSource source) {
      token = source;
      return this;
    }

    /**
     * Talks TLS, to nodes whose certificates one of these authorities has signed and that name the
     * address of the node.
     *
     * @param authorities a PEM file
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException when it holds no certificate
     */
    public Builder tls(Path authorities) throws IOException {
      return tls(Sockets.trusting(authorities));
    }

    /**
     * The same with whatever the context trusts; it may have a certificate of the client as well.
     */
    public Builder tls(SSLContext context) {
      sockets = Sockets.encrypted(context.getSocketFactory());
      return this;
    }

    /** How long a request is tried, failovers included; 10 seconds by default. */
    public Builder timeout(Duration value) {
      timeout = value;
      return this;
    }

    /** Connects in the background; requests wait until it has. */
    public FlashQ connect() {
      return new FlashQ(this);
    }
  }

  /** Adds a job; answers its id. */
  public CompletableFuture<Long> push(String queue, Data data) {
    return push(queue, data, PushOptions.DEFAULTS);
  }

  public CompletableFuture<Long> push(String queue, Data data, PushOptions options) {
    return change(Requests.push(queue, data, options), answer -> answer.id);
  }

  /** Adds up to 1000 jobs; answers what became of each, in order. */
  public CompletableFuture<List<PushResult>> pushAll(String queue, List<NewJob> jobs) {
    return change(Requests.pushAll(queue, jobs), answer -> results(jobs.size(), answer));
  }

  private static List<PushResult> results(int size, Answer answer) {
    var refusals = new FlashQException[size];
    answer.failures.forEach(failure -> refusals[failure.index()] = failure.reason());
    var results = new ArrayList<PushResult>(size);
    int accepted = 0;
    for (FlashQException refusal : refusals) {
      results.add(new PushResult(refusal == null ? answer.ids.get(accepted++) : 0, refusal));
    }
    return results;
  }

  /**
   * Takes up to {@code count} jobs, waiting at most so long for the first; empty when there was
   * none. Each is to be acknowledged or failed before its lease ends.
   */
  public CompletableFuture<List<Job>> pull(String queue, int count, Duration wait) {
    var request =
        Requests.command("PULLB")
            .string(Fields.QUEUE, queue)
            .integer(Fields.COUNT, count)
            .integer(Fields.TIMEOUT, wait.toMillis());
    return send(request, pulls, timeout.plus(wait), answer -> answer.jobs)
        .exceptionallyCompose(
            failure ->
                // So many other pulls were answered meanwhile that the cluster gave this one up,
                // undone.
                failure instanceof FlashQException e && e.code() == ErrorCode.REQUEST_ID_EXPIRED
                    ? send(request, pulls, timeout.plus(wait), answer -> answer.jobs)
                    : CompletableFuture.failedFuture(failure));
  }

  /** The job is done. Fails with LEASE_LOST when somebody else holds it by now. */
  public CompletableFuture<Void> ack(Job job) {
    return change(Requests.command("ACK").claim(job), answer -> null);
  }

  /** The job is done and produced a result. */
  public CompletableFuture<Void> ack(Job job, Data result) {
    return change(Requests.command("ACK").claim(job).data(Fields.RESULT, result), answer -> null);
  }

  /** Up to 1000 jobs are done; answers how many of them were still held by the caller. */
  public CompletableFuture<Long> ackAll(List<Job> jobs) {
    return change(Requests.ackAll(jobs), answer -> answer.count);
  }

  /** The attempt failed: the job is retried or dead, by its options. */
  public CompletableFuture<Void> fail(Job job, String error) {
    return change(Requests.command("FAIL").claim(job).string(Fields.ERROR, error), answer -> null);
  }

  /** Notes the progress in percent and renews the lease. */
  public CompletableFuture<Void> progress(Job job, int percent, String message) {
    return change(
        Requests.command("PROGRESS")
            .claim(job)
            .integer(Fields.PROGRESS, percent)
            .string(Fields.MESSAGE, message),
        answer -> null);
  }

  /** Renews the lease. */
  public CompletableFuture<Void> heartbeat(Job job) {
    return change(Requests.command("HEARTBEAT").claim(job), answer -> null);
  }

  /**
   * The holder gives the job back, to be delivered again after the delay; no attempt is counted. It
   * goes behind what is ready then.
   */
  public CompletableFuture<Void> giveBack(Job job, Duration delay) {
    return change(
        Requests.command("MOVETODELAYED").claim(job).integer(Fields.DELAY, delay.toMillis()),
        answer -> null);
  }

  /** Lets at most so many jobs of the queue be delivered in any window of this length. */
  public CompletableFuture<Void> limitRate(String queue, int max, Duration window) {
    return change(Requests.limitRate(queue, max, window), answer -> null);
  }

  /** The job as it is now; empty when it is unknown or forgotten. */
  public CompletableFuture<Optional<Job>> job(long id) {
    return ask(
        Requests.command("GETJOB").integer(Fields.ID, id),
        answer -> answer.jobs.stream().findFirst());
  }

  /**
   * A page of jobs, queue by queue and state by state: at most 8 MiB of data, so perhaps fewer jobs
   * than the limit.
   *
   * @param limit 1 to 10,000
   * @param cursor of the page before, with the same filter; null: the first page
   */
  public CompletableFuture<JobPage> jobs(JobFilter filter, int limit, @Nullable String cursor) {
    return ask(Requests.jobs(filter, limit, cursor), JobPage::of);
  }

  /**
   * All jobs, page by page while they are taken, which blocks. A job that stays where it is comes
   * once; one that changes its state or its place meanwhile may come twice or not at all.
   *
   * @throws FlashQException also while jobs are taken
   */
  public Stream<Job> jobs(JobFilter filter) {
    return Stream.iterate(
            Optional.of(page(filter, null)),
            Optional::isPresent,
            page -> page.map(JobPage::cursor).map(cursor -> page(filter, cursor)))
        .flatMap(page -> page.orElseThrow().jobs().stream());
  }

  private JobPage page(JobFilter filter, @Nullable String cursor) {
    try {
      return jobs(filter, PAGE, cursor).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof FlashQException refusal ? refusal : e;
    }
  }

  /** Names of the queues that the token may see, at most 10,000. */
  public CompletableFuture<List<String>> queues() {
    return ask(
        Requests.command("LISTQUEUES"),
        answer -> Values.items(answer.all(), "queues", queue -> (String) queue.get("name")));
  }

  /** Replaces the data of a job in any state, also of a completed or dead one. */
  public CompletableFuture<Void> update(long id, Data data) {
    return change(
        Requests.command("UPDATEJOB").integer(Fields.ID, id).data(Fields.DATA, data),
        answer -> null);
  }

  /**
   * Removes the jobs of a queue, or of the queues of a pattern, that came into a state so long ago
   * or earlier; a star stands for any characters or none. Answers how many went, when nothing is
   * left to be done.
   *
   * @param state waiting, delayed, completed or failed
   */
  public CompletableFuture<Long> clean(String queues, Duration age, String state) {
    return cleanOn(queues, age, state, 0);
  }

  private CompletableFuture<Long> cleanOn(String queues, Duration age, String state, long before) {
    Requests request =
        Requests.command("CLEAN")
            .string(Fields.QUEUE, queues)
            .integer(Fields.GRACE, age.toMillis())
            .string(Fields.STATE, state);
    return ask(request, answer -> answer)
        .thenCompose(
            answer ->
                answer.more
                    ? cleanOn(queues, age, state, before + answer.count)
                    : CompletableFuture.completedFuture(before + answer.count));
  }

  /** What is kept of jobs, what is taken out of them, and who can read it. */
  public Privacy privacy() {
    return new Privacy(this::change, this::ask);
  }

  public CompletableFuture<QueueCounts> counts(String queue) {
    return ask(
        Requests.command("GETJOBCOUNTS").string(Fields.QUEUE, queue),
        answer ->
            new QueueCounts(
                answer.numbers[11],
                answer.numbers[12],
                answer.numbers[13],
                answer.numbers[14],
                answer.numbers[9]));
  }

  public CompletableFuture<Stats> stats() {
    return ask(
        Requests.command("STATS"),
        answer ->
            new Stats(
                answer.numbers[16],
                answer.numbers[17],
                answer.numbers[13],
                answer.numbers[18],
                answer.numbers[14]));
  }

  /** Address of the node that this client talks to; empty while it talks to none. */
  public String address() {
    return router.address();
  }

  private <R> CompletableFuture<R> change(Requests request, Function<Answer, R> result) {
    return send(request, changes, timeout, result);
  }

  private <R> CompletableFuture<R> ask(Requests request, Function<Answer, R> result) {
    Call call = new Call(request, changes, -1, false, System.nanoTime() + timeout.toNanos());
    router.send(call);
    return call.future.thenApply(answer -> checked(answer, result));
  }

  private <R> CompletableFuture<R> send(
      Requests request, SequenceWindow window, Duration limit, Function<Answer, R> result) {
    long sequence = window.take();
    boolean once = window == changes;
    Call call = new Call(request, window, sequence, once, System.nanoTime() + limit.toNanos());
    var future = new CompletableFuture<R>();
    var _ =
        call.future.whenComplete(
            (answer, failure) -> {
              window.settle(sequence);
              finish(future, answer, failure, result);
            });
    router.send(call);
    return future;
  }

  private static <R> void finish(
      CompletableFuture<R> future, Answer answer, Throwable failure, Function<Answer, R> result) {
    if (failure != null) {
      future.completeExceptionally(failure);
      return;
    }
    FlashQException refusal = answer.refusal();
    if (refusal != null) {
      future.completeExceptionally(refusal);
    } else {
      future.complete(result.apply(answer));
    }
  }

  private static <R> R checked(Answer answer, Function<Answer, R> result) {
    FlashQException refusal = answer.refusal();
    if (refusal != null) {
      throw refusal;
    }
    return result.apply(answer);
  }

  @Override
  public void close() {
    router.close();
  }
}
