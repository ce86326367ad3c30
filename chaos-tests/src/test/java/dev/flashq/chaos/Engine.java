package dev.flashq.chaos;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The Docker engine: a class that needs it is skipped without one, or fails where CI is true. */
final class Engine implements ExecutionCondition, BeforeAllCallback {
  /** Set to {@code none} by {@code ./flashq test --no-docker}. */
  private static final String SETTING = "flashq.test.docker";

  private static final boolean UNWANTED = "none".equals(System.getProperty(SETTING));
  private static final boolean REQUIRED = "true".equals(System.getenv("CI"));

  /** Asked once, and only when a class needs it. */
  private static final class Probe {
    static final Program ANSWER =
        Program.run("docker", "version", "--format", "{{.Server.Version}}");
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (UNWANTED) {
      return disabled("run with --no-docker");
    }
    if (REQUIRED || Probe.ANSWER.succeeded()) {
      return enabled("a Docker engine is there or has to be");
    }
    return disabled("no Docker engine answers: " + Probe.ANSWER.output());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (!Probe.ANSWER.succeeded()) {
      throw new IllegalStateException(
          "With CI=true the container tests need a Docker engine and its client; .ci/install starts"
              + " one, './flashq test --no-docker' goes without. "
              + Probe.ANSWER.output());
    }
  }
}
