package dev.flashq.cluster.replica;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueEngine.Applied;
import dev.flashq.statemachine.QueueEngine.Deliverable;
import dev.flashq.statemachine.QueueEngine.Digest;
import dev.flashq.statemachine.QueueEngine.Outcome;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine of this node and its replacement by another state. Entries are applied by one thread,
 * which also restores; readers on other threads never meet a closed engine.
 */
public final class Replica {
  private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
  private static final RefusedException CLOSED =
      new RefusedException(
          new Reply.Refused(
              ErrorCode.SERVICE_UNAVAILABLE, "Service unavailable: the node is stopping"));

  private final Path live;
  private final Checkpoints checkpoints;
  private final EngineFactory factory;
  private final String nodeId;
  private final long boot;
  private Consumer<Fact> listener = _ -> {};
  private final ReadWriteLock swap = new ReentrantReadWriteLock();
  private volatile @Nullable QueueEngine engine;

  public Replica(
      Path live, Checkpoints checkpoints, EngineFactory factory, String nodeId, long boot) {
    this.live = live;
    this.checkpoints = checkpoints;
    this.factory = factory;
    this.nodeId = nodeId;
    this.boot = boot;
  }

  /** Hears what entries lead to; set before the first state is opened. */
  public void listen(Consumer<Fact> to) {
    listener = to;
  }

  public Checkpoints checkpoints() {
    return checkpoints;
  }

  /**
   * The one way to a state: drops the live database, takes the newest sound checkpoint (or nothing)
   * in its place and opens it. The log is replayed from there by the caller. Empty when there is no
   * checkpoint.
   */
  public Optional<Applied> restore() throws IOException {
    swap.writeLock().lock();
    try {
      close();
      Disk.delete(live);
      Optional<Checkpoint> newest = checkpoints.newestSound();
      if (newest.isPresent()) {
        newest.get().linkInto(live);
      }
      QueueEngine opened = factory.open(live, nodeId, boot);
      opened.listen(listener);
      engine = opened;
      Optional<Applied> from = newest.map(Checkpoint::applied);
      if (from.isPresent() && !opened.lastApplied().equals(from.get())) {
        throw new IOException(
            "The checkpoint "
                + newest.get()
                + " contains "
                + opened.lastApplied()
                + " instead of "
                + from.get());
      }
      LOG.info("The state is restored from {}", newest.<Object>map(c -> c).orElse("nothing"));
      return from;
    } finally {
      swap.writeLock().unlock();
    }
  }

  public Outcome apply(long term, long index, ByteString entry) {
    return applying().apply(term, index, entry);
  }

  /** The last start of a node that entries so far are from; 0 when there are none of it. */
  public long lastBoot(String node) {
    return applying().lastBoot(node);
  }

  public void skip(long term, long index) {
    applying().skip(term, index);
  }

  /**
   * Takes a checkpoint of what is applied. For any thread, one at a time; entries are applied
   * meanwhile, but the state is not replaced.
   */
  public Checkpoint checkpoint() throws IOException {
    swap.readLock().lock();
    try {
      QueueEngine current = engine;
      if (current == null) {
        throw CLOSED;
      }
      Path draft = checkpoints.draft();
      Applied applied = current.checkpoint(draft);
      return checkpoints.publish(draft, applied);
    } finally {
      swap.readLock().unlock();
    }
  }

  public Applied lastApplied() {
    return read(QueueEngine::lastApplied);
  }

  /** With what the principal may know. */
  public <R> R ask(Principal principal, Query<R> query) {
    return read(engine -> engine.ask(principal, query));
  }

  /** Who may do what after the last entry. */
  public Access access() {
    return read(QueueEngine::access);
  }

  /** What is said about data after the last entry. */
  public DataRules dataRules() {
    return read(QueueEngine::dataRules);
  }

  /** The keys under which payloads are sealed after the last entry. */
  public KeyRing keyRing() {
    return read(QueueEngine::keyRing);
  }

  /** What is recorded in the audit trail after the last entry. */
  public AuditPolicy auditPolicy() {
    return read(QueueEngine::auditPolicy);
  }

  /** How far the audit trail has come with the last entry. */
  public AuditStanding audit() {
    return read(QueueEngine::audit);
  }

  public Deliverable deliverable(QueueName queue, long now) {
    return read(engine -> engine.deliverable(queue, now));
  }

  /** The replicated clock after what is applied, Unix ms. */
  public long clock() {
    return read(QueueEngine::clock);
  }

  /** The feature level that the cluster has reached. */
  public int featureLevel() {
    return read(QueueEngine::featureLevel);
  }

  /** The same; 0 while there is no state. */
  public int featureLevelIfAny() {
    try {
      return featureLevel();
    } catch (RefusedException _) {
      return 0;
    }
  }

  /** The digest after an entry; null when it is not known (any more). */
  public @Nullable Long digestAt(long index) {
    return read(engine -> Optional.ofNullable(engine.digestAt(index))).orElse(null);
  }

  public long nextTimerDue() {
    return read(QueueEngine::nextTimerDue);
  }

  public Digest digest() {
    return read(QueueEngine::digest);
  }

  public void close() {
    swap.writeLock().lock();
    try {
      QueueEngine old = engine;
      engine = null;
      if (old != null) {
        old.close();
      }
    } finally {
      swap.writeLock().unlock();
    }
  }

  private QueueEngine applying() {
    QueueEngine current = engine;
    if (current == null) {
      throw new StorageException("an entry arrived for a replica that is closed");
    }
    return current;
  }

  private <R> R read(Function<QueueEngine, R> question) {
    swap.readLock().lock();
    try {
      QueueEngine current = engine;
      if (current == null) {
        throw CLOSED;
      }
      return question.apply(current);
    } finally {
      swap.readLock().unlock();
    }
  }
}
