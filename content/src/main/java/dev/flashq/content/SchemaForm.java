package dev.flashq.content;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What a schema must be like besides being one. */
final class SchemaForm {
  private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";

  private SchemaForm() {}

  static void check(JsonNode schema) throws InvalidSchemaException {
    if (!schema.isObject() && !schema.isBoolean()) {
      throw new InvalidSchemaException("a schema is an object, or true or false");
    }
    String draft = schema.path("$schema").asString(DRAFT);
    if (!draft.equals(DRAFT) && !draft.equals(DRAFT + "#")) {
      throw new InvalidSchemaException("$schema is " + DRAFT);
    }
    checkAll(schema);
  }

  private static void checkAll(JsonNode node) throws InvalidSchemaException {
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      check(member.getKey(), member.getValue());
      checkAll(member.getValue());
    }
    if (node.isArray()) {
      for (JsonNode item : node) {
        checkAll(item);
      }
    }
  }

  private static void check(String keyword, JsonNode value) throws InvalidSchemaException {
    switch (keyword) {
      case "$ref", "$dynamicRef" -> {
        if (value.isString() && !value.asString().startsWith("#")) {
          throw new InvalidSchemaException(
              "a " + keyword + " leads to a place in the schema itself");
        }
      }
      case "$id" -> {
        if (value.isString() && value.asString().contains("#")) {
          throw new InvalidSchemaException("an $id has no fragment");
        }
      }
      default -> {}
    }
  }

  /** Whether it wants the items of an array to differ. */
  static boolean comparesItems(JsonNode node) {
    if (node.path("uniqueItems").asBoolean(false)) {
      return true;
    }
    for (JsonNode child : node) {
      if (comparesItems(child)) {
        return true;
      }
    }
    return false;
  }
}
