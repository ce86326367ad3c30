package dev.flashq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.protocol.wire.JsonWriter;
import dev.flashq.server.config.ConfigException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tokens, roles, quotas, access, rules for data, and what is kept of jobs, from the command line,
 * over HTTP: prints what the node answers.
 */
final class AdminCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final List<String> PLAIN =
      List.of(
          "--node",
          "--token-file",
          "--name",
          "--roles",
          "--expires",
          "--overlap",
          "--queues",
          "--operations",
          "--token-name",
          "--op",
          "--queue",
          "--from",
          "--role",
          "--max",
          "--duration",
          "--connections",
          "--waits",
          "--bytes",
          "--made-queues",
          "--to",
          "--user",
          "--action",
          "--success",
          "--limit",
          "--cursor",
          "--key",
          "--file",
          "--mode",
          "--encrypted-only",
          "--forbidden-fields",
          "--no-card-numbers",
          "--no-names",
          "--max-bytes",
          "--id",
          "--subject");

  private static final List<String> OPTIONS =
      Stream.of(PLAIN, DataRuleOptions.RETENTION, ErasureOptions.NAMES)
          .flatMap(List::stream)
          .toList();

  /** What is sent. */
  private record Call(String method, String path, String body) {}

  private final Options options;
  private final Map<String, String> environment;

  private AdminCommand(Options options, Map<String, String> environment) {
    this.options = options;
    this.environment = environment;
  }

  /** What the process answers: 0 when it was done, and when it is allowed. */
  static int run(String group, List<String> args, Map<String, String> environment) {
    if (args.isEmpty()) {
      throw new ConfigException("what about " + group + "? See the usage of flashq");
    }
    Options options = Options.parse(args.subList(1, args.size()), OPTIONS, List.of());
    var command = new AdminCommand(options, environment);
    if (group.equals("security")) {
      return new SecurityCheck(path -> command.body(get(path))).run(args.getFirst());
    }
    if (group.equals("audit")) {
      return new AuditCommand(options, path -> command.body(get(path))).run(args.getFirst());
    }
    return command.send(command.call(group + " " + args.getFirst()));
  }

  private Call call(String command) {
    return switch (command) {
      case "tokens list" -> get("/security/tokens");
      case "tokens create" ->
          new Call("POST", "/security/tokens", object("name", "roles", "expires"));
      case "tokens rotate" ->
          new Call("POST", "/security/tokens/" + name() + "/rotate", object("overlap"));
      case "tokens expire" ->
          new Call("POST", "/security/tokens/" + name() + "/expire", object("expires"));
      case "tokens revoke" -> new Call("DELETE", "/security/tokens/" + name(), "");
      case "roles list" -> get("/security/roles");
      case "roles put" ->
          new Call("PUT", "/security/roles/" + name(), object("queues", "operations"));
      case "roles drop" -> new Call("DELETE", "/security/roles/" + name(), "");
      case "quotas list" -> get("/security/quotas");
      case "quotas put" -> new Call("PUT", quota(), QuotaOptions.body(options));
      case "quotas drop" -> new Call("DELETE", quota(), "");
      case "schemas list" -> get("/schemas");
      case "schemas get" -> get(queues("schema"));
      case "schemas set" -> new Call("PUT", queues("schema"), DataRuleOptions.schema(options));
      case "schemas delete" -> new Call("DELETE", queues("schema"), "");
      case "retention list" -> get("/retention");
      case "retention set" ->
          new Call("PUT", queues("retention"), DataRuleOptions.retention(options));
      case "retention delete" -> new Call("DELETE", queues("retention"), "");
      case "encryption list" -> get("/encryption");
      case "encryption set" -> new Call("PUT", queues("encryption"), "");
      case "encryption delete" -> new Call("DELETE", queues("encryption"), "");
      case "encryption destroy" -> new Call("POST", queues("encryption/destroy"), "");
      case "encryption forget" -> new Call("POST", "/subjects/destroy", object("subject"));
      case "erase start" -> new Call("POST", "/erasures", ErasureOptions.body(options));
      case "erase status" -> get(options.has("--id") ? erasure() : "/erasures");
      case "erase cancel" -> new Call("DELETE", erasure(), "");
      case "policies list" -> get("/policies");
      case "policies set" -> new Call("PUT", queues("policy"), DataRuleOptions.policy(options));
      case "policies delete" -> new Call("DELETE", queues("policy"), "");
      case "access check" -> get("/security/access?" + query());
      default -> throw new ConfigException("unknown command '" + command + "'");
    };
  }

  private static Call get(String path) {
    return new Call("GET", path, "");
  }

  private String name() {
    return encoded(required("--name"));
  }

  private String quota() {
    return "/security/quotas/"
        + (options.has("--role")
            ? "role/" + encoded(required("--role"))
            : "token/" + encoded(required("--token-name")));
  }

  private String queues(String what) {
    return "/queues/" + encoded(required("--queue")) + "/" + what;
  }

  private String erasure() {
    required("--id");
    return "/erasures/" + options.number("--id", 0L, 1, Long.MAX_VALUE);
  }

  private String required(String option) {
    return required(options, option);
  }

  static String required(Options options, String option) {
    String value = options.value(option, "");
    if (value.isEmpty()) {
      throw new ConfigException("the option '" + option + "' is needed");
    }
    return value;
  }

  private String query() {
    var query = new StringBuilder("op=").append(encoded(required("--op")));
    if (options.has("--queue")) {
      query.append("&queue=").append(encoded(options.value("--queue", "")));
    }
    if (options.has("--token-name")) {
      query.append("&token=").append(encoded(options.value("--token-name", "")));
    }
    return query.toString();
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  /** The options that are given, as a JSON object. */
  private String object(String... fields) {
    var out = new JsonWriter();
    List<String> given = List.of(fields).stream().filter(f -> options.has("--" + f)).toList();
    out.beginMap(given.size());
    for (String field : given) {
      out.key(field);
      value(field, options.value("--" + field, ""), out);
    }
    out.endMap();
    return new String(out.toByteArray(), UTF_8);
  }

  private static void value(String field, String text, JsonWriter out) {
    switch (field) {
      case "roles", "queues", "operations" -> items(text, out);
      case "expires" -> out.integer(time(text));
      case "overlap" -> out.integer(duration("--overlap", text));
      default -> out.string(text);
    }
  }

  /** What stands between commas. */
  static void items(String text, JsonWriter out) {
    List<String> items = text.isEmpty() ? List.of() : List.of(text.split(","));
    out.beginArray(items.size());
    items.forEach(out::string);
    out.endArray();
  }

  private static long time(String text) {
    try {
      return Instant.parse(text).toEpochMilli();
    } catch (DateTimeParseException e) {
      throw new ConfigException(
          "--expires is '" + text + "'; expected: a time like 2030-01-31T12:00:00Z");
    }
  }

  static long duration(String option, String text) {
    try {
      return text.endsWith("ms")
          ? Long.parseLong(text.substring(0, text.length() - 2))
          : Duration.parse("PT" + text.toUpperCase(Locale.ROOT)).toMillis();
    } catch (DateTimeParseException | NumberFormatException e) {
      throw new ConfigException(
          option + " is '" + text + "'; expected: a time like 500ms, 30m or 24h");
    }
  }

  private String token() {
    String file = options.value("--token-file", "");
    try {
      return file.isEmpty()
          ? environment.getOrDefault("FLASHQ_TOKEN", "")
          : Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new ConfigException("cannot read the token file " + file + ": " + e);
    }
  }

  /** What the node answers; empty when it refuses, which is said. */
  private Optional<String> body(Call call) {
    HttpResponse<String> response = asked(call);
    if (response == null || response.statusCode() != 200) {
      if (response != null) {
        System.err.println("flashq: " + response.body());
      }
      return Optional.empty();
    }
    return Optional.of(response.body());
  }

  private int send(Call call) {
    HttpResponse<String> response = asked(call);
    if (response == null) {
      return 1;
    }
    System.out.println(response.body());
    boolean done = response.statusCode() == 200 && !response.body().contains("\"allowed\":false");
    return done ? 0 : 1;
  }

  /** Null when there is no answer, which is said. */
  private @Nullable HttpResponse<String> asked(Call call) {
    String node = options.value("--node", "http://127.0.0.1:6790");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(node + call.path))
              .method(call.method, BodyPublishers.ofString(call.body))
              .header("Authorization", "Bearer " + token())
              .timeout(TIMEOUT)
              .build();
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("flashq: no answer from " + node + ": " + e);
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
