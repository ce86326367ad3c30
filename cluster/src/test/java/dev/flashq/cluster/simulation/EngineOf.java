package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.QueueName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that is as another. */
class EngineOf implements QueueEngine {
  private final QueueEngine engine;

  EngineOf(QueueEngine engine) {
    this.engine = engine;
  }

  @Override
  public Outcome apply(long term, long index, ByteString entry) {
    return engine.apply(term, index, entry);
  }

  @Override
  public long lastBoot(String node) {
    return engine.lastBoot(node);
  }

  @Override
  public void skip(long term, long index) {
    engine.skip(term, index);
  }

  @Override
  public Applied lastApplied() {
    return engine.lastApplied();
  }

  @Override
  public Applied checkpoint(Path folder) throws IOException {
    return engine.checkpoint(folder);
  }

  @Override
  public <R> R ask(Principal principal, Query<R> query) {
    return engine.ask(principal, query);
  }

  @Override
  public DataRules dataRules() {
    return engine.dataRules();
  }

  @Override
  public KeyRing keyRing() {
    return engine.keyRing();
  }

  @Override
  public AuditPolicy auditPolicy() {
    return engine.auditPolicy();
  }

  @Override
  public AuditStanding audit() {
    return engine.audit();
  }

  @Override
  public Access access() {
    return engine.access();
  }

  @Override
  public Deliverable deliverable(QueueName queue, long now) {
    return engine.deliverable(queue, now);
  }

  @Override
  public @Nullable Long digestAt(long index) {
    return engine.digestAt(index);
  }

  @Override
  public long clock() {
    return engine.clock();
  }

  @Override
  public int featureLevel() {
    return engine.featureLevel();
  }

  @Override
  public long nextTimerDue() {
    return engine.nextTimerDue();
  }

  @Override
  public Digest digest() {
    return engine.digest();
  }

  @Override
  public void listen(Consumer<Fact> listener) {
    engine.listen(listener);
  }

  @Override
  public void close() {
    engine.close();
  }
}
