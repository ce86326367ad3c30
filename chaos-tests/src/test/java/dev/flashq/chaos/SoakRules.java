package dev.flashq.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What the administrator of a soak has said, in its order, and what it makes of who may do what at
 * each record of the trail.
 */
final class SoakRules {
  /** Of all push quotas. */
  static final long QUOTA_MS = 1_000;

  /** By which a push may count longer than it must. */
  private static final long SLOT_MS = Math.ceilDiv(QUOTA_MS, 64);

  /** A role's words. */
  record Allowed(Set<String> operations, String queues) {
    boolean covers(String operation, String queue) {
      return operations.contains(operation)
          && (queues.equals("jobs.*") ? queue.startsWith("jobs.") : queues.equals(queue));
    }
  }

  /** Said of roles, and not yet met in the trail. Of quotas: 0 takes it away. */
  private final Map<String, Queue<Allowed>> roles = new ConcurrentHashMap<>();

  private final Map<String, Queue<Integer>> quotas = new ConcurrentHashMap<>();

  // What holds at a record.
  private final Map<String, Allowed> allowed = new TreeMap<>();
  private final Map<String, Integer> most = new TreeMap<>();
  private final Map<String, List<Long>> pushed = new TreeMap<>();
  private final Set<String> active = new HashSet<>();
  private final Set<String> rotated = new HashSet<>();

  void role(String name, Allowed words) {
    roles.computeIfAbsent(name, _ -> new ConcurrentLinkedQueue<>()).add(words);
  }

  void quota(String role, int max) {
    quotas.computeIfAbsent(role, _ -> new ConcurrentLinkedQueue<>()).add(max);
  }

  /** The role of a token: {@code w1-7} has {@code r1}. */
  static String roleOf(String token) {
    return "r" + token.substring(1, token.indexOf('-'));
  }

  /** The administrator's record takes effect. */
  void changeBy(TrailRecord record) {
    String subject = record.subject();
    switch (record.action()) {
      case "putRole" -> allowed.put(subject, next(roles, record));
      case "setQuota" -> limit(subject, next(quotas, record));
      case "createToken" -> active.add(subject);
      case "rotateToken" -> rotated.add(subject);
      case "revokeToken" -> active.remove(subject);
      default -> {
        // Changes nothing of this.
      }
    }
  }

  private static <T> T next(Map<String, Queue<T>> said, TrailRecord record) {
    Queue<T> left = said.get(record.subject());
    T next = left == null ? null : left.poll();
    if (next == null) {
      throw new AssertionError("nobody has said what is recorded as " + record);
    }
    return next;
  }

  private void limit(String role, int max) {
    if (max == 0) {
      most.remove(role);
      pushed.remove(role);
    } else {
      most.put(role, max);
    }
  }

  /** What was said and is not in the trail. */
  List<String> left() {
    var left = new ArrayList<String>();
    roles.forEach((name, words) -> words.forEach(each -> left.add(name + " " + each)));
    quotas.forEach((name, numbers) -> numbers.forEach(each -> left.add(name + " " + each)));
    return left;
  }

  boolean permits(String token, String operation, String queue) {
    Allowed words = allowed.get(roleOf(token));
    return active.contains(token) && words != null && words.covers(operation, queue);
  }

  /** Whether each text of the token is good. */
  boolean isWholly(String token) {
    return active.contains(token) && !rotated.contains(token);
  }

  /** Counts pushed jobs; whether the quota of the role allowed them. */
  boolean mayPush(String token, int jobs, long atMs) {
    String role = roleOf(token);
    Integer max = most.get(role);
    if (max == null) {
      return true;
    }
    List<Long> times = pushed.computeIfAbsent(role, _ -> new ArrayList<>());
    for (int i = 0; i < jobs; i++) {
      times.add(atMs);
    }
    return times.stream().filter(at -> at > atMs - QUOTA_MS).count() <= max;
  }

  /** Whether the quota of the role may have been exhausted. */
  boolean mayRefuse(String token, long atMs) {
    Integer max = most.get(roleOf(token));
    return max != null
        && pushed.getOrDefault(roleOf(token), List.of()).stream()
                .filter(at -> at > atMs - QUOTA_MS - SLOT_MS)
                .count()
            >= max;
  }
}
