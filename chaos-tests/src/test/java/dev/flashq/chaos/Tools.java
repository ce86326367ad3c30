package dev.flashq.chaos;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Programs of Debian: a class that needs them is skipped without, or fails where CI is true. */
final class Tools implements ExecutionCondition, BeforeAllCallback {
  private static final boolean REQUIRED = "true".equals(System.getenv("CI"));

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    if (REQUIRED) {
      return enabled("the programs have to be there");
    }
    return missing(context)
        .map(program -> disabled(sentence(program)))
        .orElseGet(() -> enabled("the programs are there"));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    missing(context)
        .ifPresent(
            program -> {
              throw new IllegalStateException(
                  "With CI=true this needs programs that .ci/install installs. "
                      + sentence(program));
            });
  }

  private static Optional<Program> missing(ExtensionContext context) {
    return context
        .getElement()
        .map(element -> element.getAnnotation(NeedsPrograms.class))
        .flatMap(
            needs ->
                Arrays.stream(needs.value())
                    .map(command -> Program.run(Map.of(), List.of(command.split(" "))))
                    .filter(program -> !program.succeeded())
                    .findFirst());
  }

  private static String sentence(Program program) {
    return "'" + String.join(" ", program.command()) + "' says: " + program.output();
  }
}
