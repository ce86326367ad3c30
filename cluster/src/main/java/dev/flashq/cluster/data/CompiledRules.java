package dev.flashq.cluster.data;

import dev.flashq.content.InvalidSchemaException;
import dev.flashq.content.JsonSchema;
import dev.flashq.content.PayloadPolicy;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataRules;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Namespace;
import dev.flashq.statemachine.QueueName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One version of the rules for data as it is used. For any thread. */
final class CompiledRules {
  private static final Logger LOG = LoggerFactory.getLogger(CompiledRules.class);

  /** Queues whose rules are kept at hand. */
  private static final int QUEUES = 10_000;

  static final CompiledRules NONE = new CompiledRules(DataRules.NONE);

  private final long version;
  private final List<Schema> schemas;
  private final List<Policy> policies;
  private final List<Namespace> namespaces;
  private final Map<QueueName, OfQueue> byQueue = new ConcurrentHashMap<>();

  /** A schema that is made ready when data is first checked against it. */
  static final class Schema {
    private final DataSchema said;
    private @Nullable JsonSchema compiled;
    private boolean unusable;

    Schema(DataSchema said) {
      this.said = said;
    }

    DataSchema said() {
      return said;
    }

    /** Null: this version of the program cannot use it. */
    synchronized @Nullable JsonSchema compiled() {
      if (compiled == null && !unusable) {
        try {
          compiled = JsonSchema.parse(said.text().toByteArray());
        } catch (InvalidSchemaException e) {
          unusable = true;
          LOG.error(
              "This version cannot use the schema for queues {}: {}",
              said.queues(),
              e.getMessage());
        }
      }
      return compiled;
    }
  }

  private record Policy(DataPolicy said, PayloadPolicy compiled) {}

  /**
   * What is said about the data of one queue.
   *
   * @param noNames whether jobs may have no names that are kept in the clear
   * @param key number of the key under which it is sealed; 0: it is not
   */
  record OfQueue(List<Schema> schemas, List<PayloadPolicy> policies, boolean noNames, long key) {
    /** Whether nobody needs to look at it. */
    boolean isEmpty() {
      return schemas.isEmpty() && policies.isEmpty() && !noNames;
    }
  }

  CompiledRules(DataRules rules) {
    this(rules, List.of());
  }

  /** The next version, of which most is as before. */
  CompiledRules next(DataRules rules) {
    return new CompiledRules(rules, schemas);
  }

  private CompiledRules(DataRules rules, List<Schema> known) {
    this.version = rules.version();
    this.namespaces = rules.namespaces();
    this.schemas = rules.schemas().stream().map(said -> schema(said, known)).toList();
    this.policies =
        rules.policies().stream()
            .map(
                said ->
                    new Policy(
                        said,
                        new PayloadPolicy(
                            said.encryptedOnly(),
                            said.forbiddenFields(),
                            said.noCardNumbers(),
                            said.maxBytes())))
            .toList();
  }

  private static Schema schema(DataSchema said, List<Schema> known) {
    for (Schema schema : known) {
      if (schema.said.version() == said.version() && schema.said.queues().equals(said.queues())) {
        return schema;
      }
    }
    return new Schema(said);
  }

  long version() {
    return version;
  }

  boolean isEmpty() {
    return schemas.isEmpty() && policies.isEmpty() && namespaces.isEmpty();
  }

  /** Whether anything is said about what workers bring: results, errors, messages. */
  boolean concernsWorkers() {
    return !policies.isEmpty() || !namespaces.isEmpty();
  }

  OfQueue of(QueueName queue) {
    OfQueue known = byQueue.get(queue);
    if (known != null) {
      return known;
    }
    if (byQueue.size() >= QUEUES) {
      byQueue.clear();
    }
    OfQueue found = find(queue);
    byQueue.put(queue, found);
    return found;
  }

  private OfQueue find(QueueName queue) {
    var itsPolicies = new ArrayList<PayloadPolicy>();
    for (Policy policy : policies) {
      if (policy.said.covers(queue)) {
        itsPolicies.add(policy.compiled);
      }
    }
    return new OfQueue(
        schemas.stream().filter(schema -> schema.said.covers(queue)).toList(),
        itsPolicies,
        policies.stream().anyMatch(policy -> policy.said.noNames() && policy.said.covers(queue)),
        key(queue));
  }

  /** Of the namespace with the longest pattern. */
  private long key(QueueName queue) {
    Namespace longest = null;
    for (Namespace namespace : namespaces) {
      if (namespace.covers(queue)
          && (longest == null || namespace.queues().length() > longest.queues().length())) {
        longest = namespace;
      }
    }
    return longest == null ? 0 : longest.key();
  }
}
