package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonReader;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.server.config.ConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the audit trail from the command line, exports it, and checks that it is whole. */
final class AuditCommand {
  private final Options options;
  private final Function<String, Optional<String>> get;

  /** A page of blocks. */
  private record Page(List<String> blocks, String head, boolean more) {}

  /**
   * @param get the body of a page of the node; empty when it was refused, which has been said
   */
  AuditCommand(Options options, Function<String, Optional<String>> get) {
    this.options = options;
    this.get = get;
  }

  int run(String command) {
    return switch (command) {
      case "list" ->
          new AuditList(
                  options, get, System.out::println, told -> System.err.println("flashq: " + told))
              .run();
      case "export" -> export();
      case "verify" -> options.has("--from") ? verifyFile() : verifyNode();
      default -> throw new ConfigException("unknown command 'audit " + command + "'");
    };
  }

  /** A line for each block, and one with the head. */
  private int export() {
    return eachPage(
        block -> {
          System.out.println("block " + block);
          return Optional.empty();
        },
        head -> {
          System.out.println("head " + head);
          return Optional.empty();
        });
  }

  private int verifyNode() {
    var chain = new AuditChain();
    int code = eachPage(block -> chain.add(Base64.getDecoder().decode(block)), chain::end);
    if (code == 0) {
      System.out.println(chain.summary());
    }
    return code;
  }

  private int eachPage(
      Function<String, Optional<String>> block, Function<String, Optional<String>> head) {
    var place = new AuditChain();
    while (true) {
      Optional<String> body =
          get.apply(
              "/security/audit/blocks?from="
                  + place.lastAt()
                  + "&after="
                  + Math.max(0, place.nextRecord() - 1));
      if (body.isEmpty()) {
        return 1;
      }
      Page page = page(body.get());
      for (String next : page.blocks) {
        Optional<String> wrong = block.apply(next);
        if (wrong.isPresent()) {
          return fails(wrong.get());
        }
        var _ = place.add(Base64.getDecoder().decode(next));
      }
      if (!page.more) {
        return head.apply(page.head).map(AuditCommand::fails).orElse(0);
      }
    }
  }

  private static int fails(String sentence) {
    System.err.println("flashq: " + sentence);
    return 1;
  }

  private int verifyFile() {
    Path file = Path.of(options.value("--from", ""));
    var chain = new AuditChain();
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      String head = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<String> wrong = Optional.empty();
        if (line.startsWith("block ")) {
          wrong = chain.add(Base64.getDecoder().decode(line.substring("block ".length())));
        } else if (line.startsWith("head ")) {
          head = line.substring("head ".length());
        } else {
          wrong = Optional.of("a line is neither a block nor the head");
        }
        if (wrong.isPresent()) {
          return fails(wrong.get());
        }
      }
      Optional<String> wrong =
          head == null ? Optional.of("the head is missing at the end") : chain.end(head);
      if (wrong.isPresent()) {
        return fails(wrong.get());
      }
      System.out.println(chain.summary());
      return 0;
    } catch (IOException | IllegalArgumentException e) {
      return fails(file + " cannot be read: " + e.getMessage());
    }
  }

  private static Page page(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    var in = new JsonReader();
    var blocks = new ArrayList<String>();
    String head = "";
    boolean more = false;
    try {
      in.open(bytes, 0, bytes.length);
      in.beginMap();
      for (String key = in.nextKeyText(); key != null; key = in.nextKeyText()) {
        switch (key) {
          case "blocks" -> {
            in.beginArray();
            while (in.nextItem()) {
              blocks.add(in.string());
            }
          }
          case "head" -> head = in.string();
          case "more" -> more = in.bool();
          default -> in.skip();
        }
      }
    } catch (WireException e) {
      throw new ConfigException("the node's answer cannot be read: " + e.sentence());
    }
    return new Page(blocks, head, more);
  }
}
