package dev.flashq.bench.jmh;

import com.google.protobuf.ByteString;
import dev.flashq.launcher.Folders;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An engine in a temporary folder, and the entries to feed it with. */
@State(Scope.Thread)
public class EngineAtWork {
  private static final QueueName QUEUE = new QueueName("bench");
  private static final String NODE = "n1";

  private final Path folder;
  private final RocksEngine engine;
  private final ByteString pushes =
      commands(
          new Command.PushJobs(
              QUEUE,
              List.of(
                  new NewJob(
                      Payload.json('"' + "x".repeat(254) + '"'),
                      JobOptions.builder().removeOnComplete(true).build()))));
  private final ByteString pulls = commands(new Command.PullJobs(QUEUE, 1, 0));
  private ByteString acks = ByteString.EMPTY;
  private List<Reply> pulled = List.of();
  private long index;

  public EngineAtWork() {
    try {
      folder = Files.createTempDirectory("flashq-jmh-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    engine = new RocksEngine(folder, NODE, 1);
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    engine.close();
    Folders.delete(folder);
  }

  Outcome push() {
    return apply(pushes);
  }

  Outcome pull() {
    Outcome outcome = apply(pulls);
    pulled = outcome.replies();
    return outcome;
  }

  /** Acks of what was pulled last. */
  void prepareAcks() {
    var submissions =
        pulled.stream()
            .map(
                reply -> {
                  var job = ((Reply.Delivered) reply).jobs().getFirst();
                  return submission(
                      new Command.AckJobs(
                          List.of(new Command.Ack(new Claim(job.id(), job.lease()), null))));
                })
            .toList();
    acks = EntryCodec.encode(header(), submissions);
  }

  Outcome ack() {
    return apply(acks);
  }

  private Outcome apply(ByteString commands) {
    index++;
    // Of a field that comes twice the last one counts, so the header may stand behind.
    ByteString entry = commands.concat(EntryCodec.encode(header(), List.of()));
    return engine.apply(1, index, EntryCodec.stamp(entry, 1_700_000_000_000L + index));
  }

  private EntryHeader header() {
    return new EntryHeader(NODE, 1, index, index);
  }

  private ByteString commands(Command command) {
    return EntryCodec.encode(
        header(), Collections.nCopies(EngineBenchmark.COMMANDS, submission(command)));
  }

  private static Submission submission(Command command) {
    return new Submission(new Principal("bench"), null, command);
  }
}
