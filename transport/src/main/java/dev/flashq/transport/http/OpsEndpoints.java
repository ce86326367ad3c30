package dev.flashq.transport.http;

import dev.flashq.statemachine.Principal;
import java.util.Optional;

/**
 * Health, cluster view, metrics and what is done to the cluster, supplied by the server. Called on
 * threads that may block.
 */
@FunctionalInterface
public interface OpsEndpoints {
  OpsEndpoints NONE = (_, _) -> Optional.empty();

  /**
   * The answer at a path without its query; empty when there is nothing at the path.
   *
   * @param principal who asks; anonymous also on pages for which nobody has to say who it is
   */
  Optional<HttpAnswer> get(String path, Principal principal);
}
