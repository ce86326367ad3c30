package dev.flashq.statemachine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.protocol.option.PushOption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The typed names of the options, and what they have in common. */
class JobOptionsTest {
  /** They answer no option, or one that another getter answers. */
  private static final List<String> OTHERS = List.of("toBuilder", "subjectKey");

  private static Stream<Method> getters() {
    return Stream.of(JobOptions.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() == 0)
        .filter(method -> !OTHERS.contains(method.getName()));
  }

  private static String get(Method getter, JobOptions options) throws Exception {
    return String.valueOf(getter.invoke(options));
  }

  @ParameterizedTest
  @EnumSource
  void everyOptionHasOneGetterAndOneSetter(PushOption option) throws Exception {
    JobOptions only = SampleOptions.only(option);
    Method found = null;
    for (Method getter : getters().toList()) {
      if (!get(getter, only).equals(get(getter, JobOptions.DEFAULTS))) {
        assertThat(found).as("getters that answer %s", option).isNull();
        found = getter;
      }
    }
    Method getter = requireNonNull(found, "no getter answers " + option);
    assertThat(get(getter, only)).isEqualTo(SampleOptions.value(option).toString());
    JobOptions.Builder builder = JobOptions.builder();
    JobOptions.Builder.class
        .getMethod(getter.getName(), getter.getReturnType())
        .invoke(builder, getter.invoke(only));
    assertThat(builder.build()).isEqualTo(only);
    assertThat(only.toBuilder().build()).isEqualTo(only).isNotEqualTo(JobOptions.DEFAULTS);
  }

  @Test
  void everyGetterAnswersAnOption() {
    assertThat(getters()).hasSameSizeAs(PushOption.ALL);
  }

  @Test
  void jobsWithoutOptionsShareOneObject() {
    var defaults =
        JobOptions.builder().priority(0).lifo(false).tags(List.of()).uniqueKey(null).build();
    assertThat(defaults).isSameAs(JobOptions.DEFAULTS);
    assertThat(SampleOptions.only(PushOption.LIFO).toBuilder().lifo(false).build())
        .isSameAs(JobOptions.DEFAULTS);
  }
}
