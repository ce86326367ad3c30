package dev.flashq.transport.http;

import java.util.Optional;

/**
 * Health, cluster view, metrics and what is done to the cluster, supplied by the server. Called on
 * threads that may block.
 */
@FunctionalInterface
public interface OpsEndpoints {
  OpsEndpoints NONE = _ -> Optional.empty();

  /** The answer at a path without its query; empty when there is nothing at the path. */
  Optional<HttpAnswer> get(String path);
}
