package dev.flashq.chaos;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the language of Terraform: blocks and attributes. What is behind an equals sign stays text.
 */
final class Hcl {
  private static final String CLOSING = ")]}";
  private static final String OPENING = "([{";

  private final String text;
  private int at;

  private Hcl(String text) {
    this.text = text;
  }

  /**
   * A block, or a whole file.
   *
   * @param attributes expressions by name
   */
  record Block(
      String type, List<String> labels, Map<String, String> attributes, List<Block> blocks) {
    List<Block> all(String type) {
      return blocks.stream().filter(block -> block.type.equals(type)).toList();
    }

    /** The expression of an attribute that has to be there. */
    String get(String name) {
      String expression = attributes.get(name);
      if (expression == null) {
        throw new IllegalArgumentException(type + " " + labels + " has no " + name);
      }
      return expression;
    }
  }

  static Block parse(String text) {
    Hcl hcl = new Hcl(text);
    Block file = hcl.body("", List.of());
    hcl.expect(hcl.at == text.length(), "the end");
    return file;
  }

  private Block body(String type, List<String> labels) {
    Block block = new Block(type, labels, new LinkedHashMap<>(), new ArrayList<>());
    for (skip(true); at < text.length() && peek() != '}'; skip(true)) {
      String name = word();
      skip(false);
      if (peek() == '=') {
        at++;
        skip(false);
        expect(block.attributes.put(name, expression()) == null, "another name than " + name);
      } else {
        block.blocks.add(inner(name));
      }
    }
    return block;
  }

  private Block inner(String type) {
    var labels = new ArrayList<String>();
    for (; peek() == '"'; skip(false)) {
      int begin = at;
      string();
      labels.add(text.substring(begin + 1, at - 1));
    }
    expect(peek() == '{', "a block");
    at++;
    Block block = body(type, labels);
    expect(peek() == '}', "the end of a block");
    at++;
    return block;
  }

  private String word() {
    int begin = at;
    while (at < text.length() && (Character.isLetterOrDigit(peek()) || peek() == '_')) {
      at++;
    }
    expect(at > begin, "a name");
    return text.substring(begin, at);
  }

  /** To the end of the line that ends outside all brackets. */
  private String expression() {
    int begin = at;
    var open = new ArrayList<Character>();
    while (at < text.length() && !(open.isEmpty() && (peek() == '\n' || peek() == '#'))) {
      char c = peek();
      if (c == '"') {
        string();
        continue;
      }
      if (OPENING.indexOf(c) >= 0) {
        open.add(CLOSING.charAt(OPENING.indexOf(c)));
      } else if (CLOSING.indexOf(c) >= 0) {
        expect(!open.isEmpty() && open.removeLast() == c, "another bracket");
      }
      at++;
    }
    expect(open.isEmpty() && at > begin, "an expression");
    return text.substring(begin, at).strip();
  }

  private void string() {
    at++;
    while (peek() != '"') {
      expect(peek() != '\n', "the end of the text");
      if (text.startsWith("${", at)) {
        template();
      } else {
        at += peek() == '\\' ? 2 : 1;
      }
    }
    at++;
  }

  private void template() {
    int depth = 0;
    do {
      if (peek() == '"') {
        string();
        continue;
      }
      depth += peek() == '{' ? 1 : peek() == '}' ? -1 : 0;
      at++;
    } while (depth > 0 || text.charAt(at - 1) == '$');
  }

  private void skip(boolean lines) {
    while (at < text.length()) {
      if (peek() == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (peek() == ' ' || lines && peek() == '\n') {
        at++;
      } else {
        return;
      }
    }
  }

  private char peek() {
    expect(at < text.length(), "more");
    return text.charAt(at);
  }

  private void expect(boolean holds, String what) {
    if (!holds) {
      long line = text.substring(0, Math.min(at, text.length())).lines().count();
      throw new IllegalArgumentException("line " + line + ": " + what + " is expected");
    }
  }
}
