package dev.flashq.statemachine;

import java.util.List;

/**
 * All that is said about data.
 *
 * @param version of the whole; 0: nothing was ever said
 */
public record DataRules(
    long version, List<DataSchema> schemas, List<DataPolicy> policies, List<Namespace> namespaces) {
  public static final DataRules NONE = new DataRules(0, List.of(), List.of(), List.of());

  public DataRules {
    schemas = List.copyOf(schemas);
    policies = List.copyOf(policies);
    namespaces = List.copyOf(namespaces);
  }

  public boolean isEmpty() {
    return schemas.isEmpty() && policies.isEmpty() && namespaces.isEmpty();
  }
}
