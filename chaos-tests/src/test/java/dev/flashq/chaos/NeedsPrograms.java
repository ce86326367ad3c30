package dev.flashq.chaos;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class that needs programs of this machine; what happens without, {@link Tools} decides.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Tools.class)
@interface NeedsPrograms {
  /** Commands, their words between blanks, that succeed where the programs can be used. */
  String[] value();
}
