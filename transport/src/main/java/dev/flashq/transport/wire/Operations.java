package dev.flashq.transport.wire;

import dev.flashq.statemachine.Operation;
import java.util.List;

/**
 * Operations as a permission names them.
 *
 * @param every whether one of them was a star
 */
record Operations(List<Operation> named, boolean every) {
  Operations {
    named = List.copyOf(named);
  }
}
