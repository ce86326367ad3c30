package dev.flashq.cluster.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.data.ErasureDuty;
import dev.flashq.cluster.data.Inspections;
import dev.flashq.cluster.peers.Hello;
import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.security.seal.LocalMasterKey;
import dev.flashq.security.seal.RingFolder;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.seal.WrappingKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine.Digest;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.engine.RocksEngine;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Three members over one state: what they say to the log stands there at once. */
final class SealedCluster implements AutoCloseable {
  private static final byte[] MASTER_KEY = "5b".repeat(32).getBytes(UTF_8);

  final RocksEngine engine;
  final List<ByteString> log = new ArrayList<>();
  final List<Member> members = new ArrayList<>();
  private long sequence;

  SealedCluster(Path folder) {
    this.engine = new RocksEngine(folder.resolve("live"), "n1", 1);
    for (int i = 1; i <= 3; i++) {
      members.add(new Member(i, folder.resolve("ring-" + i)));
    }
    apply(new Submission(Principal.SYSTEM, null, level()));
  }

  private static Command level() {
    return new Command.RaiseFeatureLevel(FeatureLevel.SEALING);
  }

  Member leader() {
    return members.getFirst();
  }

  Reply apply(Submission submission) {
    sequence++;
    ByteString entry =
        EntryCodec.stamp(
            EntryCodec.encode(new EntryHeader("n1", 1, sequence, sequence), List.of(submission)),
            1_000_000 + sequence);
    log.add(entry);
    return engine.apply(1, sequence, entry).replies().getFirst();
  }

  /** Whether a text stands anywhere in the log. */
  boolean logHas(String text) {
    ByteString wanted = ByteString.copyFromUtf8(text);
    return log.stream().anyMatch(entry -> contains(entry, wanted));
  }

  static boolean contains(ByteString entry, ByteString wanted) {
    for (int i = 0; i + wanted.size() <= entry.size(); i++) {
      if (entry.substring(i, i + wanted.size()).equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** Some seconds pass for those who run. */
  void pass() {
    for (int second = 0; second < 5; second++) {
      for (Member member : members) {
        member.look();
      }
    }
  }

  KeyRing keys() {
    return engine.keyRing();
  }

  Query.Sealing sealing() {
    return engine.ask(new Query.GetSealing());
  }

  @Override
  public void close() {
    engine.close();
  }

  /** A node with the key that all have, unless it is taken away. */
  final class Member {
    private final int number;
    private final Path folder;
    private final VirtualTime lane = new VirtualTime();
    private final VirtualTime reading = new VirtualTime();
    boolean runs = true;
    boolean leads;
    boolean rewraps = true;

    /** What happens after keys were found, before they are looked at. */
    Runnable afterFind = () -> {};

    private @Nullable RingKeys ring;
    Sealing sealing;
    Inspections inspections;
    Opener opener;
    private RingDuty rings;
    private ResealDuty reseal;
    private ErasureDuty erasures;

    Member(int number, Path folder) {
      this.number = number;
      this.folder = folder;
      this.leads = number == 1;
      start();
    }

    /** Begins anew with what is on the disk. */
    void start() {
      RingFolder opened;
      try {
        opened =
            RingFolder.open(
                folder, WrappingKeys.of(LocalMasterKey.parse(MASTER_KEY)), new SecureRandom());
      } catch (SecretException e) {
        throw new IllegalStateException(e);
      }
      ring = opened;
      sealing = new Sealing(opened, engine::keyRing, this::find, new SecureRandom());
      opener = new Opener(sealing);
      inspections =
          new Inspections(
              engine::dataRules,
              jobs -> engine.ask(new Query.QueuesOf(jobs)).places(),
              sealing,
              () -> CompletableFuture.completedFuture(null),
              Runnable::run,
              () -> 0);
      rings =
          new RingDuty(
              opened,
              sealing,
              engine::keyRing,
              engine::ask,
              this::words,
              2,
              () -> leads,
              engine::featureLevel,
              this::propose,
              lane,
              reading);
      reseal =
          new ResealDuty(
              () -> engine.ask(new Query.NextReseal()),
              inspections::key,
              sealing,
              () -> leads,
              engine::featureLevel,
              this::propose,
              lane,
              reading);
      erasures = erasures();
    }

    private ErasureDuty erasures() {
      return new ErasureDuty(
          () -> engine.ask(new Query.NextErasure()),
          sealing,
          () -> leads,
          engine::featureLevel,
          this::propose,
          lane,
          reading);
    }

    private Query.Keys find(Query.SubjectKeys query) {
      Query.Keys found = engine.ask(query);
      afterFind.run();
      return found;
    }

    private CompletableFuture<Reply> propose(Submission submission) {
      if (submission.command() instanceof Command.RewrapKeys && !rewraps) {
        return CompletableFuture.completedFuture(
            new Reply.Refused(ErrorCode.SERVICE_UNAVAILABLE, "Service unavailable"));
      }
      return CompletableFuture.completedFuture(apply(submission));
    }

    RingKeys ring() {
      return requireNonNull(ring);
    }

    Path folder() {
      return folder;
    }

    private Hello hello() {
      return new Hello(
          "n" + number, 0, 0, true, FeatureLevel.SEALING, 0, 0, new Digest(0, 0), ring().held());
    }

    private List<Hello> words() {
      return members.stream()
          .filter(other -> other != this && other.runs)
          .map(Member::hello)
          .toList();
    }

    void look() {
      if (!runs) {
        return;
      }
      rings.look();
      reseal.look();
      erasures.look();
      do {
        reading.settle();
        lane.settle();
      } while (reading.pending() + lane.pending() > 0);
    }

    Reply submit(Command command) {
      return inspections
          .submit(new Submission(Principal.SYSTEM, null, command), this::propose)
          .join();
    }

    Reply push(String queue, String json, UnaryOperator<JobOptions.Builder> options) {
      return submit(
          new Command.PushJobs(
              new QueueName(queue),
              List.of(
                  new NewJob(Payload.json(json), options.apply(JobOptions.builder()).build()))));
    }

    JobId pushed(String queue, String json, UnaryOperator<JobOptions.Builder> options) {
      return ((Reply.PushOutcome.Accepted)
              ((Reply.Pushed) push(queue, json, options)).outcomes().getFirst())
          .id();
    }

    Reply pull(String queue) {
      return opener.opened(submit(new Command.PullJobs(new QueueName(queue), 10, 0)));
    }

    <R> R ask(Query<R> query) {
      return opener.opened(engine.ask(query));
    }
  }
}
