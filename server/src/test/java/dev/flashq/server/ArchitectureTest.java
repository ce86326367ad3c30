package dev.flashq.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The module table of docs/ARCHITECTURE.md. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.flashq");

  /** Which of our modules each module may use. */
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("protocol", List.of()),
          Map.entry("security", List.of("protocol")),
          Map.entry("secrets", List.of("security")),
          Map.entry("content", List.of("protocol")),
          Map.entry("statemachine", List.of("protocol")),
          Map.entry("rpc", List.of("security")),
          Map.entry("cluster", List.of("protocol", "statemachine", "security", "content", "rpc")),
          Map.entry("transport", List.of("protocol", "statemachine", "security")),
          Map.entry("ops", List.of("protocol", "statemachine", "cluster")),
          Map.entry("launcher", List.of()),
          Map.entry("client", List.of("protocol", "content")),
          Map.entry(
              "server",
              List.of(
                  "protocol",
                  "security",
                  "content",
                  "statemachine",
                  "cluster",
                  "transport",
                  "ops",
                  "launcher",
                  "client")));

  static Stream<Map.Entry<String, List<String>>> modules() {
    return MAY_USE.entrySet().stream();
  }

  @Test
  void seesAllModules() {
    for (String module : MAY_USE.keySet()) {
      assertThat(
              CLASSES.stream().anyMatch(c -> c.getPackageName().startsWith("dev.flashq." + module)))
          .as(module)
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void usesOnlyTheModulesOfTheTable(Map.Entry<String, List<String>> module) {
    var forbidden = new ArrayList<>(MAY_USE.keySet());
    forbidden.remove(module.getKey());
    forbidden.removeAll(module.getValue());
    for (String other : forbidden) {
      noClasses()
          .that()
          .resideInAPackage("dev.flashq." + module.getKey() + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.flashq." + other + "..")
          .check(CLASSES);
    }
  }

  @Test
  void onlyClusterKnowsRatis() {
    only("cluster", "org.apache.ratis..");
  }

  @Test
  void onlyTransportAndRpcKnowNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.flashq.transport..", "dev.flashq.rpc..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(CLASSES);
  }

  @Test
  void onlyStatemachineKnowsRocksDb() {
    only("statemachine", "org.rocksdb..");
  }

  @Test
  void onlySecurityKnowsBouncyCastle() {
    only("security", "org.bouncycastle..");
  }

  @Test
  void onlyContentKnowsTheSchemaValidator() {
    only("content", "com.networknt..");
    only("content", "tools.jackson..");
    only("content", "com.google.re2j..");
  }

  @Test
  void onlyOpsKnowsMicrometer() {
    only("ops", "io.micrometer..");
  }

  @Test
  void onlyClientKnowsJsoup() {
    only("client", "org.jsoup..");
  }

  /** The server has the module of AWS on its class path and finds it by name. */
  @Test
  void onlyModulesOfTheirOwnKnowTheSdkOfAws() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.flashq.secrets.aws..", "dev.flashq.client.secure..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("software.amazon..", "dev.flashq.secrets..")
        .check(CLASSES);
  }

  @Test
  void securityReadsJsonAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.security..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.flashq.protocol..")
                .and(not(resideInAPackage("dev.flashq.protocol.wire"))))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.security")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.flashq.protocol..")
        .check(CLASSES);
  }

  /** Keys that wrap keys are got as secrets are, and no secret is wrapped by them. */
  @Test
  void secretsKnowNothingOfMasterKeys() {
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.security.secrets..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.flashq.security.seal..")
        .check(CLASSES);
  }

  private static void only(String module, String library) {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.flashq." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  @Test
  void transportTalksToTheStateMachineThroughItsContractOnly() {
    classes()
        .that()
        .resideInAPackage("dev.flashq.transport..")
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackages(
            "dev.flashq.statemachine.access..",
            "dev.flashq.statemachine.audit..",
            "dev.flashq.statemachine.engine..",
            "dev.flashq.statemachine.erase..",
            "dev.flashq.statemachine.job..",
            "dev.flashq.statemachine.log..",
            "dev.flashq.statemachine.queue..",
            "dev.flashq.statemachine.rate..",
            "dev.flashq.statemachine.request..",
            "dev.flashq.statemachine.state..",
            "dev.flashq.statemachine.store..",
            "dev.flashq.statemachine.timer..",
            "dev.flashq.statemachine.turn..")
        .check(CLASSES);
  }

  /**
   * Which packages of the state machine each of them may use, besides its contract: the roof is the
   * engine, the ground the turn and the stores of rows below it.
   */
  private static final Map<String, List<String>> LAYERS =
      Map.ofEntries(
          Map.entry("gateway", List.of()),
          Map.entry("log", List.of()),
          Map.entry("rate", List.of()),
          Map.entry("store", List.of()),
          Map.entry("turn", List.of("store", "state")),
          Map.entry("timer", List.of("store", "turn")),
          Map.entry("queue", List.of("store", "turn", "timer", "rate", "state")),
          Map.entry("keys", List.of("store", "turn", "timer", "log", "state")),
          Map.entry(
              "job", List.of("store", "turn", "timer", "queue", "keys", "access", "log", "state")),
          Map.entry("request", List.of("store", "turn", "timer", "log", "state")),
          Map.entry("access", List.of("store", "turn", "timer", "rate", "log", "state")),
          Map.entry("erase", List.of("store", "turn", "job", "keys", "log", "state")),
          Map.entry("audit", List.of("store", "turn", "timer", "log", "state")),
          Map.entry("data", List.of("store", "turn", "keys", "log", "state")),
          Map.entry(
              "engine",
              List.of(
                  "store", "turn", "timer", "queue", "job", "request", "access", "audit", "data",
                  "erase", "keys", "log", "state")));

  static Stream<Map.Entry<String, List<String>>> layers() {
    return LAYERS.entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void theStateMachineIsBuiltInLayers(Map.Entry<String, List<String>> layer) {
    var forbidden = new ArrayList<>(LAYERS.keySet());
    forbidden.add("state");
    forbidden.remove(layer.getKey());
    forbidden.removeAll(layer.getValue());
    for (String other : forbidden) {
      noClasses()
          .that()
          .resideInAPackage("dev.flashq.statemachine." + layer.getKey() + "..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.flashq.statemachine." + other + "..")
          .check(CLASSES);
    }
  }

  @Test
  void theContractOfTheStateMachineKnowsNoneOfItsParts() {
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.statemachine")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.flashq.statemachine.*..")
        .check(CLASSES);
  }

  /** What decides runs on a scheduler: threads and clocks are in the composition alone. */
  @Test
  void onlySchedulersAndRaftKnowThreadsAndClocks() {
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.cluster..")
        .and()
        .resideOutsideOfPackages("dev.flashq.cluster.schedule..", "dev.flashq.cluster.raft..")
        .and()
        .doNotHaveSimpleName("ClusterNode")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(java.util.concurrent.ExecutorService.class)
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(CLASSES);
  }

  @Test
  void theStateMachineStartsNoThreads() {
    noClasses()
        .that()
        .resideInAPackage("dev.flashq.statemachine..")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .check(CLASSES);
  }
}
