package dev.flashq.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What is looked for in the data and results of jobs, and what comes of it. Paths are names with
 * dots ({@code user.email}) or JSON pointers ({@code /user/email}); in an array a step is a number
 * from 0, or {@code *} for every item.
 *
 * @param field path of the field that tells whom a job is about
 * @param equalTo a text, a number, true, false or null: what stands there in the jobs that are
 *     meant
 * @param set paths and what takes the place of what is there; nothing is added where there is none
 * @param delete paths whose values go
 * @param queues patterns; a star stands for any characters or none
 * @param states none: all
 * @param dryRun whether jobs are only counted
 */
public record Erasure(
    String field,
    Data equalTo,
    SequencedMap<String, Data> set,
    List<String> delete,
    List<String> queues,
    List<String> states,
    boolean dryRun) {
  public Erasure {
    set = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(set));
    delete = List.copyOf(delete);
    queues = List.copyOf(queues);
    states = List.copyOf(states);
  }

  /** Of all queues and states; what is done to the jobs is to be said. */
  public static Erasure where(String field, Data equalTo) {
    return new Erasure(
        field, equalTo, new LinkedHashMap<>(), List.of(), List.of("*"), List.of(), false);
  }

  public Erasure set(String path, Data value) {
    var all = new LinkedHashMap<>(set);
    all.put(path, value);
    return new Erasure(field, equalTo, all, delete, queues, states, dryRun);
  }

  public Erasure delete(String path) {
    var all = new ArrayList<>(delete);
    all.add(path);
    return new Erasure(field, equalTo, set, all, queues, states, dryRun);
  }

  public Erasure inQueues(String... patterns) {
    return new Erasure(field, equalTo, set, delete, List.of(patterns), states, dryRun);
  }

  public Erasure inStates(String... names) {
    return new Erasure(field, equalTo, set, delete, queues, List.of(names), dryRun);
  }

  public Erasure onlyCounting() {
    return new Erasure(field, equalTo, set, delete, queues, states, true);
  }

  Requests request() {
    return Requests.command("ERASE")
        .string(Fields.FIELD, field)
        .data(Fields.EQUALS, equalTo)
        .data(Fields.SET, Data.ofFields(set))
        .data(Fields.DELETE, Data.of(delete))
        .data(Fields.QUEUES, Data.of(queues))
        .data(Fields.STATES, Data.of(states))
        .data(Fields.DRY_RUN, Data.of(dryRun));
  }
}
