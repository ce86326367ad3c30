package dev.flashq.content;

import com.networknt.schema.Error;
import com.networknt.schema.path.NodePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Says in words of ours what a schema wanted: the library's sentences repeat values. */
final class Demands {
  private static final int SHOWN = 200;

  private static final Map<String, String> FORMATS =
      Map.ofEntries(
          Map.entry("email", "an email"),
          Map.entry("idn-email", "an email"),
          Map.entry("uuid", "a UUID"),
          Map.entry("uri", "a URI"),
          Map.entry("uri-reference", "a URI or a part of one"),
          Map.entry("iri", "an IRI"),
          Map.entry("date", "a date"),
          Map.entry("time", "a time"),
          Map.entry("date-time", "a date and time"),
          Map.entry("duration", "a duration"),
          Map.entry("hostname", "a host name"),
          Map.entry("ipv4", "an IPv4 address"),
          Map.entry("ipv6", "an IPv6 address"),
          Map.entry("regex", "a regular expression"),
          Map.entry("json-pointer", "a JSON pointer"));

  private Demands() {}

  static Violation of(Error error) {
    String keyword = error.getKeyword();
    String missing = "required".equals(keyword) ? error.getProperty() : null;
    return new Violation(
        path(error.getInstanceLocation(), missing),
        demand(keyword == null ? "" : keyword, error.getSchemaNode()));
  }

  private static String path(NodePath path, @Nullable String missing) {
    var text = new StringBuilder();
    for (int i = 0; i < path.getNameCount() && !PointerText.isFull(i); i++) {
      text.append(PointerText.segment(path.getElement(i).toString()));
    }
    if (missing != null) {
      text.append(PointerText.segment(missing));
    }
    return text.toString();
  }

  /**
   * @param wanted what the schema says under the keyword
   */
  private static String demand(String keyword, @Nullable JsonNode wanted) {
    return switch (keyword) {
      case "type" -> "must be " + types(wanted);
      case "required", "dependentRequired" -> "is required";
      case "format" -> "must be " + format(text(wanted));
      case "pattern" -> "must match " + text(wanted);
      case "enum" -> "must be one of " + values(wanted);
      case "const" -> "must be " + text(wanted);
      case "maxLength" -> "must have at most " + text(wanted) + " characters";
      case "minLength" -> "must have at least " + text(wanted) + " characters";
      case "maximum" -> "must be at most " + text(wanted);
      case "exclusiveMaximum" -> "must be less than " + text(wanted);
      case "minimum" -> "must be at least " + text(wanted);
      case "exclusiveMinimum" -> "must be greater than " + text(wanted);
      case "multipleOf" -> "must be a multiple of " + text(wanted);
      case "maxItems" -> "must have at most " + text(wanted) + " items";
      case "minItems" -> "must have at least " + text(wanted) + " items";
      case "uniqueItems" -> "must not have an item twice";
      case "contains", "minContains", "maxContains" -> "does not contain what it must";
      case "maxProperties" -> "must have at most " + text(wanted) + " properties";
      case "minProperties" -> "must have at least " + text(wanted) + " properties";
      case "additionalProperties", "unevaluatedProperties" -> "has a property that is not allowed";
      case "propertyNames" -> "has a property whose name is not allowed";
      case "items", "additionalItems", "unevaluatedItems", "prefixItems" ->
          "has an item that is not allowed";
      case "anyOf" -> "must match one of the given forms";
      case "oneOf" -> "must match exactly one of the given forms";
      case "not" -> "must not match a form that it matches";
      default -> "is not allowed";
    };
  }

  private static String text(@Nullable JsonNode wanted) {
    String text = wanted == null ? "" : wanted.isString() ? wanted.asString() : wanted.toString();
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  private static String values(@Nullable JsonNode wanted) {
    List<String> texts = new ArrayList<>();
    if (wanted != null) {
      wanted.forEach(value -> texts.add(text(value)));
    }
    String all = String.join(", ", texts);
    return all.length() <= SHOWN ? all : "the given values";
  }

  private static String types(@Nullable JsonNode wanted) {
    if (wanted != null && wanted.isArray()) {
      List<String> types = new ArrayList<>();
      wanted.forEach(type -> types.add(type(type.asString())));
      return String.join(" or ", types);
    }
    return type(text(wanted));
  }

  private static String type(String name) {
    return switch (name) {
      case "array", "object", "integer" -> "an " + name;
      case "null" -> name;
      default -> "a " + name;
    };
  }

  private static String format(String name) {
    return FORMATS.getOrDefault(name, "of the format " + name);
  }
}
