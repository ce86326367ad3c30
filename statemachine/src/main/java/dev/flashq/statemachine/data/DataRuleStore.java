package dev.flashq.statemachine.data;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.SetDataPolicy;
import dev.flashq.statemachine.Command.SetSchema;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.FeatureLevel;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.keys.KeyRingStore;
import dev.flashq.statemachine.log.DataCodec;
import dev.flashq.statemachine.log.Submission;
import dev.flashq.statemachine.state.proto.StateProto.SchemaRecord;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.Turn;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * Schemas and policies; they are few, so that they stay in memory. Every change makes another
 * version of the whole, and what was inspected by an earlier one is to be inspected again.
 */
public final class DataRuleStore {
  private final Tables tables;
  private final Meta meta;
  private final KeyRingStore keys;
  private final TreeMap<String, DataSchema> schemas = new TreeMap<>();
  private final TreeMap<String, DataPolicy> policies = new TreeMap<>();
  private boolean changed;
  private volatile DataRules published = DataRules.NONE;

  public DataRuleStore(Tables tables, Meta meta, KeyRingStore keys) {
    this.tables = tables;
    this.meta = meta;
    this.keys = keys;
    load();
    published = rules();
  }

  private void load() {
    tables.scan(
        Column.SCHEMAS,
        new byte[0],
        new byte[0],
        (_, value) -> {
          DataSchema schema = schema(value);
          schemas.put(schema.queues(), schema);
          return true;
        });
    tables.scan(
        Column.DATA_POLICIES,
        new byte[0],
        new byte[0],
        (_, value) -> {
          DataPolicy policy = policy(value);
          policies.put(policy.queues(), policy);
          return true;
        });
  }

  /** A stored schema. */
  public static DataSchema schema(byte[] value) {
    try {
      SchemaRecord record = SchemaRecord.parseFrom(value);
      LogProto.SetSchema message = LogProto.SetSchema.parseFrom(record.getSchema());
      SetSchema set = DataCodec.decode(message);
      return new DataSchema(set.queues(), record.getVersion(), set.mode(), message.getText());
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable schema", e);
    }
  }

  /** A stored policy. */
  public static DataPolicy policy(byte[] value) {
    try {
      return DataCodec.decode(LogProto.SetDataPolicy.parseFrom(value));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable policy for data", e);
    }
  }

  public Reply set(SetSchema command) {
    byte[] key = Bytes.of(command.queues());
    if (command.text() == null) {
      if (schemas.remove(command.queues()) != null) {
        tables.delete(Column.SCHEMAS, key);
        touched();
      }
      return Done.DONE;
    }
    if (!schemas.containsKey(command.queues()) && schemas.size() >= Limits.SCHEMAS) {
      return full(Limits.SCHEMAS + " schemas");
    }
    touched();
    schemas.put(
        command.queues(),
        new DataSchema(
            command.queues(),
            meta.dataRules(),
            command.mode(),
            // The text of a command shares the bytes of its whole entry.
            ByteString.copyFrom(command.text().toByteArray())));
    tables.put(
        Column.SCHEMAS,
        key,
        SchemaRecord.newBuilder()
            .setVersion(meta.dataRules())
            .setSchema(DataCodec.encode(command).toByteString())
            .build()
            .toByteArray());
    return Done.DONE;
  }

  public Reply set(SetDataPolicy command) {
    DataPolicy policy = command.policy();
    byte[] key = Bytes.of(policy.queues());
    if (policy.isEmpty()) {
      if (policies.remove(policy.queues()) != null) {
        tables.delete(Column.DATA_POLICIES, key);
        touched();
      }
      return Done.DONE;
    }
    if (!policies.containsKey(policy.queues()) && policies.size() >= Limits.DATA_POLICIES) {
      return full(Limits.DATA_POLICIES + " policies for data");
    }
    touched();
    policies.put(policy.queues(), policy);
    tables.put(Column.DATA_POLICIES, key, DataCodec.encode(policy).toByteArray());
    return Done.DONE;
  }

  private static Refused full(String what) {
    return new Refused(ErrorCode.LIMIT_EXCEEDED, "The cluster keeps at most " + what);
  }

  private void touched() {
    meta.dataRulesChanged();
    changed = true;
  }

  /**
   * Whether a command carries data that was looked at by other rules than those that hold at its
   * place in the log.
   */
  public boolean isStale(Submission submission, Turn turn) {
    return meta.dataRules() != 0
        && turn.featureLevel() >= FeatureLevel.DATA_RULES
        && submission.inspection().version() != meta.dataRules()
        && (Inspection.isOf(submission.command()) || !submission.inspection().flaws().isEmpty());
  }

  /** What is said after the last entry; for any thread. */
  public DataRules published() {
    return published;
  }

  private DataRules rules() {
    return new DataRules(
        meta.dataRules(),
        new ArrayList<>(schemas.values()),
        new ArrayList<>(policies.values()),
        keys.namespaces());
  }

  /** Tells other threads. */
  public void entryEnded(Turn turn) {
    if (keys.takeNamespacesChanged() || changed) {
      changed = false;
      published = rules();
      turn.emit(new Fact.DataRulesChanged());
    }
  }

  /** Reads everything again from the database. */
  public void forget() {
    schemas.clear();
    policies.clear();
    changed = false;
    load();
  }
}
