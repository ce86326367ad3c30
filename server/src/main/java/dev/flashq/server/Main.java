package dev.flashq.server;

import dev.flashq.cluster.replica.DataFolderException;
import dev.flashq.security.InvalidCertificateException;
import dev.flashq.security.secrets.UnavailableSecretException;
import dev.flashq.server.config.ConfigException;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.transport.ListenException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command line: {@code server}, {@code health}, {@code cluster}, {@code certs} and {@code
 * demo}.
 */
public final class Main {
  /** What the process answers to its caller when the configuration or the command line is wrong. */
  static final int EXIT_USAGE = 2;

  /** The node could not start, or had to stop to keep its promises. */
  static final int EXIT_FAILED = 70;

  private static final String USAGE =
      """
      usage: flashq server [--config FILE]         one node, until it is told to stop
             flashq health [--config FILE]         0 when the node of that configuration is ready, else 1
             flashq tokens list|create|rotate|expire|revoke [--name N] [--roles R,R] [--expires TIME] [--overlap 24h]
             flashq roles list|put|drop [--name N] [--queues Q,Q] [--operations WORD,WORD]
             flashq quotas list|put|drop [--role R | --token-name N] [--queues Q,Q --max N --duration 1m] [--connections N] [--waits N] [--bytes N] [--made-queues N]
             flashq schemas list|get|set|delete [--queue Q] [--file SCHEMA] [--mode enforce|report]
             flashq retention list|set|delete [--queue Q] [--completed-age MS] [--completed-count N] [--dead-age MS] [--dead-count N]
             flashq encryption list|set|delete|destroy [--queue Q]
             flashq encryption forget --subject NAME   destroys the key of a data subject
             flashq erase start|status|cancel [--id N] [--field PATH --equals TEXT | --equals-json JSON] [--set '{"PATH":VALUE}'] [--delete PATH,PATH] [--queues Q,Q] [--states S,S] [--dry-run true]
             flashq policies list|set|delete [--queue Q] [--encrypted-only true] [--forbidden-fields F,F] [--no-card-numbers true] [--max-bytes N] [--no-names true]
             flashq access check --op WORD [--queue Q] [--token-name N]
             flashq security check                 0 when the guide's nine lines are on or not applicable
             flashq audit list [--from TIME] [--to TIME] [--user N] [--action WORD] [--queue Q] [--success true|false]
                               [--limit N] [--cursor C]
             flashq audit export|verify [--from FILE] [--key KEY]
                    these: [--node URL] [--token-file FILE], or the token in FLASHQ_TOKEN
             flashq cluster [--nodes N] [--data DIR]   N nodes on this machine, until Ctrl-C
             flashq certs ca|server|client|peer|csr|sign ...   certificates; says what each takes
             flashq demo [--emails FILE]           e-mail jobs through a cluster whose leader is killed
      """;

  private Main() {}

  public static void main(String[] args) {
    String command = args.length == 0 ? "" : args[0];
    List<String> rest = args.length == 0 ? List.of() : Arrays.asList(args).subList(1, args.length);
    try {
      switch (command) {
        case "server" -> server(rest, System.getenv());
        case "health" -> System.exit(HealthCheck.run(config(rest, System.getenv())));
        case "cluster" -> LocalClusterCommand.run(rest, System.getenv());
        case "certs" -> System.exit(Certs.run(rest));
        case "demo" -> System.exit(Demo.run(rest));
        case "tokens",
            "roles",
            "quotas",
            "access",
            "audit",
            "schemas",
            "policies",
            "retention",
            "encryption",
            "erase",
            "security" ->
            System.exit(AdminCommand.run(command, rest, System.getenv()));
        case "train" -> System.exit(Training.run());
        default -> throw new ConfigException("unknown command '" + command + "'\n" + USAGE);
      }
    } catch (ConfigException e) {
      System.err.println("flashq: " + e.getMessage());
      System.exit(EXIT_USAGE);
    }
  }

  private static void server(List<String> args, Map<String, String> environment) {
    // Of TLS 1.2: a client could make the node compute handshakes without an end. Read once, early.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    Options options = Options.parse(args, List.of("--config"), List.of("--end-with-parent"));
    ServerConfig config = ServerConfig.load(file(options.value("--config", "")), environment);
    Logging.configure(config.log());
    Logger log = LoggerFactory.getLogger(Main.class);
    Node node;
    try {
      node = Node.start(config, cause -> halt(log, cause));
    } catch (RuntimeException e) {
      if (isForTheOperator(e)) {
        log.error("The node cannot start: {}", e.getMessage());
      } else {
        log.error("The node cannot start: {}", e.getMessage(), e);
      }
      System.exit(EXIT_FAILED);
      return;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.close();
                  stopped.countDown();
                },
                "stop"));
    if (options.has("--end-with-parent")) {
      ProcessHandle.current()
          .parent()
          .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(0)));
    }
    awaitQuietly(stopped);
  }

  /** A sentence that says what is wrong outside this program; where it was noticed helps nobody. */
  private static boolean isForTheOperator(RuntimeException e) {
    return e instanceof ListenException
        || e instanceof DataFolderException
        || e instanceof InvalidCertificateException
        || e instanceof UnavailableSecretException
        || e instanceof ConfigException;
  }

  private static ServerConfig config(List<String> args, Map<String, String> environment) {
    Options options = Options.parse(args, List.of("--config"), List.of());
    return ServerConfig.load(file(options.value("--config", "")), environment);
  }

  private static @Nullable Path file(String name) {
    return name.isEmpty() ? null : Path.of(name);
  }

  /** The replica cannot go on: no orderly stop, which might answer somebody wrongly. */
  private static void halt(Logger log, Throwable cause) {
    log.error("This node stops at once: {}", cause.getMessage(), cause);
    Runtime.getRuntime().halt(EXIT_FAILED);
  }

  static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
