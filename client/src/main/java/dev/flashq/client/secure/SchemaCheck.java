package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.client.FlashQException;
import dev.flashq.content.InvalidSchemaException;
import dev.flashq.content.JsonSchema;
import dev.flashq.content.Violation;
import dev.flashq.protocol.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks data against a JSON Schema before it is pushed, as the cluster does that has the same
 * schema for the queue: for errors where they are made. Needs {@code flashq-content}. For any
 * thread.
 */
public final class SchemaCheck {
  private final JsonSchema schema;

  private SchemaCheck(JsonSchema schema) {
    this.schema = schema;
  }

  /**
   * A schema of draft 2020-12, with the limits that the cluster has.
   *
   * @throws IllegalArgumentException when it is none that can be kept to
   */
  public static SchemaCheck of(String json) {
    return of(json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same from a file.
   *
   * @throws IOException when it cannot be read
   */
  public static SchemaCheck of(Path file) throws IOException {
    return of(Files.readAllBytes(file));
  }

  private static SchemaCheck of(byte[] json) {
    try {
      return new SchemaCheck(JsonSchema.parse(json));
    } catch (InvalidSchemaException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * Answers the data.
   *
   * @param queue to which it is to be pushed; stands in the message
   * @throws FlashQException with VALIDATION_ERROR when the data breaks the schema; the message says
   *     where, and repeats no value
   */
  public Data checked(String queue, Data data) {
    Violation violation = schema.check(data.jsonBytes());
    if (violation != null) {
      throw new FlashQException(
          ErrorCode.VALIDATION_ERROR,
          "Invalid job data for queue " + queue + ": " + violation.text());
    }
    return data;
  }
}
