package dev.flashq.statemachine.log;

import dev.flashq.statemachine.QueueName;
import org.jspecify.annotations.Nullable;

/** Queue names of one entry; a name that comes again and again is one object. */
final class QueueNames {
  private @Nullable QueueName last;

  QueueName of(String name) {
    QueueName known = last;
    if (known == null || !known.value().equals(name)) {
      known = new QueueName(Form.name(name));
      last = known;
    }
    return known;
  }
}
