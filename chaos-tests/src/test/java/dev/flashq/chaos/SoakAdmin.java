package dev.flashq.chaos;

import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Grants, revokes and rotates, and changes quotas, one act after the other; each is repeated under
 * its request's name until it is known what has come of it.
 */
final class SoakAdmin extends SoakThread {
  static final int ROLES = 3;

  /** Of each role, less than its clients try. */
  private static final int FIRST_MAX = 5;

  private static final Duration PATIENCE = Duration.ofSeconds(6);
  private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");
  private static final Pattern CODE = Pattern.compile("\"code\":\"([A-Z_]+)\"");

  /** After these the same is asked again. */
  private static final Set<String> AGAIN =
      Set.of("SERVICE_UNAVAILABLE", "OUTCOME_UNKNOWN", "LIMIT_EXCEEDED", "FEATURE_LEVEL");

  private static final List<String> OPERATIONS = List.of("push", "pull", "ack");
  private static final List<String> QUEUES = List.of("jobs.*", "jobs.*", "jobs.a", "jobs.b");

  private final List<LocalNode> nodes;
  private final String token;
  private final SoakRules rules;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  /** Of the roles: the token that clients use now, and its name. */
  private final AtomicReferenceArray<String> texts = new AtomicReferenceArray<>(ROLES);

  private final String[] names = new String[ROLES];
  private int made;
  private int asked;
  private int acts;

  SoakAdmin(List<LocalNode> nodes, String token, SoakRules rules, SoakNotes notes) {
    super("soak-admin", notes);
    this.nodes = nodes;
    this.token = token;
    this.rules = rules;
  }

  /** Makes roles and tokens, and lets everything be recorded. */
  void prepare() throws IOException, InterruptedException {
    done("{'cmd':'AUDITPOLICY','rules':[{'actions':['*'],'queues':['*'],'record':'all'}],%s}");
    for (int role = 0; role < ROLES; role++) {
      allow(role, new SoakRules.Allowed(new TreeSet<>(OPERATIONS), "jobs.*"));
      create(role);
      limit(role, FIRST_MAX);
    }
  }

  /** The text by which clients with the role come in now. */
  String text(int role) {
    return texts.get(role);
  }

  int acts() {
    return acts;
  }

  @Override
  void turn() throws IOException, InterruptedException {
    int role = ThreadLocalRandom.current().nextInt(ROLES);
    // Of each kind there are some in any run, however few acts it has.
    switch (acts % 8) {
      case 0, 3, 6 -> allow(role, some());
      case 1, 5 -> limit(role, chance(0.1) ? 0 : ThreadLocalRandom.current().nextInt(3, 12));
      case 2 -> replace(role);
      default -> rotate(role);
    }
    acts++;
    pause(50, 200);
  }

  private static SoakRules.Allowed some() {
    var operations = new TreeSet<String>(List.of(OPERATIONS.getFirst()));
    OPERATIONS.stream().filter(_ -> chance(0.7)).forEach(operations::add);
    if (chance(0.2)) {
      operations.remove("push");
      operations.add("pull");
    }
    String queues = QUEUES.get(ThreadLocalRandom.current().nextInt(QUEUES.size()));
    return new SoakRules.Allowed(operations, queues);
  }

  private void allow(int role, SoakRules.Allowed words) throws IOException, InterruptedException {
    rules.role("r" + role, words);
    done(
        "{'cmd':'ROLEPUT','name':'r%d','queues':['%s'],'operations':['%s'],"
                .formatted(role, words.queues(), String.join("','", words.operations()))
            + "%s}");
  }

  /**
   * @param max 0: without a limit
   */
  private void limit(int role, int max) throws IOException, InterruptedException {
    String pushes =
        max == 0
            ? ""
            : "{'queues':['jobs.*'],'max':%d,'duration':%d}".formatted(max, SoakRules.QUOTA_MS);
    rules.quota("r" + role, max);
    done(
        "{'cmd':'QUOTAPUT','type':'role','name':'r%d','pushes':[%s],".formatted(role, pushes)
            + "%s}");
  }

  /** The old token stops working at once. */
  private void replace(int role) throws IOException, InterruptedException {
    done("{'cmd':'TOKENREVOKE','name':'%s',".formatted(names[role]) + "%s}");
    create(role);
  }

  private void create(int role) throws IOException, InterruptedException {
    String text = "";
    // A token whose making was not answered is shown to nobody: the next one has another name.
    while (text.isEmpty() && !isEnded()) {
      names[role] = "w" + role + "-" + ++made;
      text =
          shown("{'cmd':'TOKENCREATE','name':'%s','roles':['r%d']}".formatted(names[role], role));
    }
    texts.set(role, text);
  }

  private void rotate(int role) throws IOException, InterruptedException {
    long overlapMs = chance(0.5) ? 0 : 1_000;
    String text =
        shown("{'cmd':'TOKENROTATE','name':'%s','overlap':%d}".formatted(names[role], overlapMs));
    if (text.isEmpty()) {
      create(role);
    } else {
      texts.set(role, text);
    }
  }

  /** The token that is shown; empty when it is not known what has come of it. */
  private String shown(String command) throws InterruptedException {
    Matcher found = TOKEN.matcher(send(command));
    if (!found.find()) {
      pause(50, 100);
      return "";
    }
    return found.group(1);
  }

  /**
   * @param command with a place for the name of the request
   */
  private void done(String command) throws IOException, InterruptedException {
    String named = command.formatted("'request_id':'act-" + ++asked + "'");
    long end = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (System.nanoTime() < end) {
      String answer = send(named);
      Matcher code = CODE.matcher(answer);
      if (answer.contains("\"ok\":true")) {
        return;
      }
      if (code.find() && !AGAIN.contains(code.group(1))) {
        throw new IOException(named + " was answered " + answer);
      }
      pause(50, 100);
    }
    throw new IOException(named + " was not answered");
  }

  /** The answer; empty when there is none. */
  private String send(String command) throws InterruptedException {
    LocalNode node = nodes.get(ThreadLocalRandom.current().nextInt(nodes.size()));
    try {
      return http.send(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + node.httpPort() + "/api/command"))
                  .header("Authorization", "Bearer " + token)
                  .POST(BodyPublishers.ofString(command.replace('\'', '"')))
                  .timeout(PATIENCE)
                  .build(),
              BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    super.close();
    http.close();
  }
}
