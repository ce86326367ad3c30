package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Retention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what is to be done for a request about what data must be like. */
final class DataRuleRequests {
  private DataRuleRequests() {}

  static Plan plan(Cmd cmd, Request r) {
    return switch (cmd) {
      case SCHEMASET ->
          Requests.done(
              r,
              new Command.SetSchema(
                  pattern(r), mode(r.mode), json(Request.present(r.schema, Field.SCHEMA))));
      case SCHEMADELETE ->
          Requests.done(r, new Command.SetSchema(pattern(r), DataSchema.Mode.ENFORCE, null));
      case SCHEMAGET ->
          Requests.ask(new Query.ListSchemas(r.queue(), null, Limits.PAGE), DataRuleShapes::whole);
      case SCHEMALIST ->
          Requests.ask(new Query.ListSchemas(null, null, Limits.PAGE), DataRuleShapes::schemas);
      case DATAPOLICYSET -> Requests.done(r, new Command.SetDataPolicy(policy(r)));
      case DATAPOLICYDELETE ->
          Requests.done(
              r, new Command.SetDataPolicy(new DataPolicy(pattern(r), false, List.of(), false, 0)));
      case DATAPOLICYLIST ->
          Requests.ask(new Query.ListDataPolicies(null, Limits.PAGE), DataRuleShapes::policies);
      case RETENTIONSET -> Requests.done(r, new Command.SetRetention(retention(r)));
      case RETENTIONDELETE ->
          Requests.done(r, new Command.SetRetention(new Retention(pattern(r), 0, 0, 0, 0)));
      case RETENTIONLIST ->
          Requests.ask(new Query.ListRetentions(null, Limits.PAGE), DataRuleShapes::retentions);
      default -> throw new IllegalArgumentException("not about data: " + cmd);
    };
  }

  /** Other than a queue's name it may have stars. */
  static String pattern(Request r) {
    return Request.present(r.queue, Field.QUEUE);
  }

  private static DataSchema.Mode mode(@Nullable String word) {
    return switch (word) {
      case null -> DataSchema.Mode.ENFORCE;
      case "enforce" -> DataSchema.Mode.ENFORCE;
      case "report" -> DataSchema.Mode.REPORT;
      default -> throw new InvalidValueException(INVALID_REQUEST, "mode is enforce or report");
    };
  }

  /** What was said is kept as JSON, whatever it came as. */
  static ByteString json(Payload schema) {
    if (schema.encoding() == Payload.Encoding.JSON) {
      return schema.bytes();
    }
    var out = new JsonWriter();
    byte[] bytes = schema.bytes().toByteArray();
    Transcode.messagePackToJson(bytes, 0, bytes.length, out);
    return ByteString.copyFrom(out.buffer(), 0, out.size());
  }

  private static Retention retention(Request r) {
    var retention =
        new Retention(pattern(r), r.completedAge, r.completedCount, r.deadAge, r.deadCount);
    if (retention.isEmpty()) {
      throw new InvalidValueException(
          INVALID_REQUEST,
          "a retention says completed_age, completed_count, dead_age or dead_count");
    }
    return retention;
  }

  private static DataPolicy policy(Request r) {
    var policy =
        new DataPolicy(
            pattern(r),
            r.encryptedOnly,
            r.forbiddenFields == null ? List.of() : r.forbiddenFields,
            r.noCardNumbers,
            r.maxBytes,
            r.noNames);
    if (policy.isEmpty()) {
      throw new InvalidValueException(
          INVALID_REQUEST,
          "a policy asks for encrypted_only, forbidden_fields, no_card_numbers, max_bytes or no_names");
    }
    return policy;
  }
}
