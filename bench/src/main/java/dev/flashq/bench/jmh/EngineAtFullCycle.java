package dev.flashq.bench.jmh;

import com.google.protobuf.ByteString;
import dev.flashq.launcher.Folders;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * An engine in the middle of workload W2: 5,000 jobs are on their way, and as many completed ones
 * are kept as a queue keeps. Each entry pushes, delivers and completes {@link #JOBS} jobs, in
 * requests of four clients.
 */
@State(Scope.Thread)
public class EngineAtFullCycle {
  static final int JOBS = 100;

  private static final int OUTSTANDING = 5_000;
  private static final int COMPLETED = 100_000;
  private static final int CLIENTS = 4;
  private static final QueueName QUEUE = new QueueName("bench");
  private static final Principal PRINCIPAL = new Principal("bench");
  private static final String NODE = "n1";

  private final Path folder;
  private final RocksEngine engine;
  private final Command push =
      new Command.PushJobs(
          QUEUE,
          List.of(
              new NewJob(Payload.json('"' + "x".repeat(254) + '"'), JobOptions.builder().build())));
  private final Deque<JobView> active = new ArrayDeque<>();
  private ByteString next = ByteString.EMPTY;
  private long index;
  private long request;

  public EngineAtFullCycle() {
    try {
      folder = Files.createTempDirectory("flashq-jmh-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    engine = new RocksEngine(folder, NODE, 1);
  }

  @Setup(Level.Trial)
  public void fill() {
    for (int i = 0; i < OUTSTANDING / JOBS; i++) {
      apply(encode(pushes(new ArrayList<>())));
    }
    for (int i = 0; i < COMPLETED / JOBS; i++) {
      prepare();
      cycle();
    }
  }

  @Setup(Level.Invocation)
  public void prepare() {
    List<Submission> submissions = pushes(new ArrayList<>());
    for (int i = 0; i < JOBS && !active.isEmpty(); i++) {
      JobView job = active.remove();
      var ack = new Command.Ack(new Claim(job.id(), job.lease()), null);
      submissions.add(submission(new Command.AckJobs(List.of(ack))));
    }
    submissions.add(submission(new Command.PullJobs(QUEUE, JOBS, 0)));
    next = encode(submissions);
  }

  Outcome cycle() {
    Outcome outcome = apply(next);
    active.addAll(((Reply.Delivered) outcome.replies().getLast()).jobs());
    return outcome;
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    engine.close();
    Folders.delete(folder);
  }

  private List<Submission> pushes(List<Submission> submissions) {
    for (int i = 0; i < JOBS; i++) {
      submissions.add(submission(push));
    }
    return submissions;
  }

  private Submission submission(Command command) {
    request++;
    long sequence = request / CLIENTS;
    var id = new RequestId("client-" + request % CLIENTS, sequence, Math.max(0, sequence - 250));
    return new Submission(PRINCIPAL, id, command);
  }

  private ByteString encode(List<Submission> submissions) {
    index++;
    var header = new EntryHeader(NODE, 1, index, Math.max(1, index - 3));
    return EntryCodec.stamp(
        EntryCodec.encode(header, submissions), 1_700_000_000_000L + index * 10);
  }

  private Outcome apply(ByteString entry) {
    return engine.apply(1, index, entry);
  }
}
