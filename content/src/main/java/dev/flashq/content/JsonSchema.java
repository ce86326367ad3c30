package dev.flashq.content;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.path.PathType;
import com.networknt.schema.resource.SchemaLoader;
import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.protocol.wire.Transcode;
import dev.flashq.protocol.wire.Walk;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JSON Schema, draft 2020-12. Whoever sends a schema or data may be hostile: regular expressions
 * take linear time, nothing is fetched, and size, depth and work are bounded. For any thread.
 */
public final class JsonSchema {
  /** Bytes of a schema. */
  public static final int BYTES = 64 * 1024;

  /** Levels of nesting in a schema. */
  public static final int NESTING = 64;

  /** Values in data: names, texts, numbers and brackets. */
  public static final int VALUES = 100_000;

  /** Steps of one check: about one for each keyword at each value. */
  static final long STEPS = 2_000_000;

  /** Levels of schemas within each other while data is checked. */
  private static final int DEPTH = 512;

  /** Levels of nesting in data, with some to spare. */
  private static final int DATA_NESTING = 200;

  private static final int NUMBER = 1000;

  private static final Violation TOO_MUCH_WORK =
      new Violation("", "is too much work to check against the schema");
  private static final Violation TOO_LARGE =
      new Violation(
          "", "must have at most " + VALUES + " values, and none of more than 1000 digits");
  private static final Violation REPEATED = new Violation("", "must not have a name twice");

  private static final Violation BEYOND =
      new Violation("", "must not have a number beyond 1.7e308");

  private static final JsonMapper SCHEMAS = mapper(BYTES, NESTING);
  private static final JsonMapper DATA = mapper(Integer.MAX_VALUE, DATA_NESTING);

  /**
   * Items of an array where a schema wants them to differ: each may be compared with all others.
   */
  static final int UNIQUE_ITEMS = 1000;

  private static final Violation TOO_MANY_ITEMS =
      new Violation(
          "",
          "must have at most " + UNIQUE_ITEMS + " items in an array, because items must differ");

  private final Schema schema;
  private final boolean comparesItems;

  private JsonSchema(Schema schema, boolean comparesItems) {
    this.schema = schema;
    this.comparesItems = comparesItems;
  }

  private static JsonMapper mapper(long bytes, int nesting) {
    return JsonMapper.builder(
            JsonFactory.builder()
                .streamReadConstraints(
                    StreamReadConstraints.builder()
                        .maxDocumentLength(bytes)
                        .maxNestingDepth(nesting)
                        .maxNumberLength(NUMBER)
                        .maxTokenCount(VALUES)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build())
        .build();
  }

  /** A schema as its JSON text says. */
  public static JsonSchema parse(byte[] json) throws InvalidSchemaException {
    if (json.length > BYTES) {
      throw new InvalidSchemaException("a schema has at most " + BYTES + " bytes");
    }
    JsonNode node;
    try {
      node = SCHEMAS.readTree(json);
    } catch (JacksonException e) {
      throw new InvalidSchemaException(
          "a schema is JSON without repeated names, and at most " + NESTING + " levels deep");
    }
    SchemaForm.check(node);
    try {
      Schema schema = registry().getSchema(SchemaLocation.DOCUMENT, node);
      schema.initializeValidators();
      return new JsonSchema(schema, SchemaForm.comparesItems(node));
    } catch (RuntimeException e) {
      throw new InvalidSchemaException("the schema cannot be used: " + reason(e));
    }
  }

  private static String reason(RuntimeException e) {
    String text = e.getMessage();
    return text == null ? "it is not understood" : text.lines().findFirst().orElse("");
  }

  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder
                .schemaLoader(SchemaLoader.builder().block(_ -> true).build())
                .schemaRegistryConfig(
                    SchemaRegistryConfig.builder()
                        .locale(Locale.ROOT)
                        .pathType(PathType.JSON_POINTER)
                        .formatAssertionsEnabled(true)
                        .failFast(true)
                        .preloadSchema(true)
                        .regularExpressionFactory(LinearPattern::new)
                        .build()));
  }

  /** What is wrong with a JSON text; null: nothing. */
  public @Nullable Violation check(byte[] json) {
    return check(Data.json(json));
  }

  /** What is wrong with data; null: nothing. */
  public @Nullable Violation check(Data data) {
    JsonNode node = data.node;
    if (node == null) {
      return data.wrong;
    }
    if (comparesItems && hasLongArray(node)) {
      return TOO_MANY_ITEMS;
    }
    try {
      List<com.networknt.schema.Error> errors = schema.validate(node, JsonSchema::bound);
      return errors.isEmpty() ? null : Demands.of(errors.getFirst());
    } catch (ValidationLimitExceededException | TooMuchWorkException e) {
      return TOO_MUCH_WORK;
    }
  }

  /** Data, read once for all schemas. */
  public static final class Data {
    private final @Nullable JsonNode node;
    private final @Nullable Violation wrong;

    private Data(@Nullable JsonNode node, @Nullable Violation wrong) {
      this.node = node;
      this.wrong = wrong;
    }

    public static Data json(byte[] json) {
      try {
        JsonNode node = DATA.readTree(json);
        return hasEndlessNumber(node) ? new Data(null, BEYOND) : new Data(node, null);
      } catch (tools.jackson.core.exc.StreamConstraintsException e) {
        return new Data(null, TOO_LARGE);
      } catch (JacksonException e) {
        return new Data(null, REPEATED);
      }
    }

    /** As the JSON that other clients would read. */
    public static Data messagePack(byte[] bytes) {
      var count = new Contents(Set.of(), false, VALUES);
      Walk.messagePack(bytes, 0, bytes.length, count);
      if (count.violation() != null) {
        return new Data(null, count.violation());
      }
      var json = new JsonWriter();
      Transcode.messagePackToJson(bytes, 0, bytes.length, json);
      return json(json.toByteArray());
    }
  }

  /** Numbers are compared as 64 bit floats, and one beyond them with nothing. */
  private static boolean hasEndlessNumber(JsonNode node) {
    if (node.isBigInteger()) {
      return node.bigIntegerValue().bitLength() > 1023;
    }
    if (node.isNumber()) {
      return Double.isInfinite(node.doubleValue());
    }
    for (JsonNode child : node) {
      if (hasEndlessNumber(child)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasLongArray(JsonNode node) {
    if (node.isArray() && node.size() > UNIQUE_ITEMS) {
      return true;
    }
    for (JsonNode child : node) {
      if (child.isContainer() && hasLongArray(child)) {
        return true;
      }
    }
    return false;
  }

  private static void bound(ExecutionContext context) {
    context.executionConfig(config -> config.maxEvaluationSteps(STEPS).maxEvaluationDepth(DEPTH));
  }
}
