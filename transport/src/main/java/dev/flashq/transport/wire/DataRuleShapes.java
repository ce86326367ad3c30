package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Retention;
import java.util.Locale;
import java.util.function.BiConsumer;

/** Answers about what data must be like. */
final class DataRuleShapes {
  private DataRuleShapes() {}

  /** Schemas without their texts. */
  static void schemas(Query.Schemas page, Answer answer) {
    schemas(page, answer, (schema, out) -> integer(out, Names.BYTES, schema.text().size()));
  }

  /** Schemas with their texts. */
  static void whole(Query.Schemas page, Answer answer) {
    schemas(
        page,
        answer,
        (schema, out) -> {
          out.key(Names.SCHEMA);
          answer.payload(new Payload(Payload.Encoding.JSON, schema.text()));
        });
  }

  private static void schemas(
      Query.Schemas page, Answer answer, BiConsumer<DataSchema, ValueWriter> last) {
    Lists.page(
        answer,
        Names.SCHEMAS,
        page.schemas(),
        page.more(),
        (schema, out) -> {
          out.beginMap(4);
          text(out, Names.QUEUE, schema.queues());
          integer(out, Names.VERSION, schema.version());
          text(out, Names.MODE, schema.mode().name().toLowerCase(Locale.ROOT));
          last.accept(schema, out);
          out.endMap();
        });
  }

  static void policies(Query.DataPolicies page, Answer answer) {
    Lists.page(answer, Names.POLICIES, page.policies(), page.more(), DataRuleShapes::policy);
  }

  private static void policy(DataPolicy policy, ValueWriter out) {
    out.beginMap(6);
    text(out, Names.QUEUE, policy.queues());
    flag(out, Names.ENCRYPTED_ONLY, policy.encryptedOnly());
    Lists.texts(out, Names.FORBIDDEN_FIELDS, policy.forbiddenFields());
    flag(out, Names.NO_CARD_NUMBERS, policy.noCardNumbers());
    integer(out, Names.MAX_BYTES, policy.maxBytes());
    flag(out, Names.NO_NAMES, policy.noNames());
    out.endMap();
  }

  static void retentions(Query.Retentions page, Answer answer) {
    Lists.page(answer, Names.RETENTION, page.retentions(), page.more(), DataRuleShapes::retention);
  }

  private static void retention(Retention retention, ValueWriter out) {
    out.beginMap(5);
    text(out, Names.QUEUE, retention.queues());
    integer(out, Names.COMPLETED_AGE, retention.completedMs());
    integer(out, Names.COMPLETED_COUNT, retention.completedCount());
    integer(out, Names.DEAD_AGE, retention.deadMs());
    integer(out, Names.DEAD_COUNT, retention.deadCount());
    out.endMap();
  }
}
