package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.server.config.ConfigException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** Reads the audit trail from the command line, exports it, and checks that it is whole. */
final class AuditCommand {
  private final Options options;
  private final Function<String, Optional<String>> get;

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

  private int export() {
    boolean whole =
        new AuditExportLines(get)
            .each(
                line -> {
                  System.out.println(line);
                  return true;
                });
    return whole ? 0 : 1;
  }

  private AuditChain chain() {
    return new AuditChain(options.value("--key", ""));
  }

  private int verifyNode() {
    AuditChain chain = chain();
    boolean whole =
        new AuditExportLines(get)
            .each(
                line -> {
                  Optional<String> wrong = chain.line(line);
                  wrong.ifPresent(AuditCommand::say);
                  return wrong.isEmpty();
                });
    if (whole) {
      System.out.println(chain.summary());
    }
    return whole ? 0 : 1;
  }

  private int verifyFile() {
    Path file = Path.of(options.value("--from", ""));
    AuditChain chain = chain();
    try (BufferedReader lines = Files.newBufferedReader(file, UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<String> wrong = chain.line(line);
        if (wrong.isPresent()) {
          return fails(wrong.get());
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return fails(file + " cannot be read: " + e.getMessage());
    }
    Optional<String> wrong = chain.finished();
    if (wrong.isPresent()) {
      return fails(wrong.get());
    }
    System.out.println(chain.summary());
    return 0;
  }

  private static int fails(String sentence) {
    say(sentence);
    return 1;
  }

  private static void say(String sentence) {
    System.err.println("flashq: " + sentence);
  }
}
