package dev.flashq.statemachine.store;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A hash map that cannot be walked: the order of a hash must never reach the state. The build
 * forbids the plain ones.
 */
public final class LookupMap<K, V> {
  private final Map<K, V> map;

  private LookupMap(Map<K, V> map) {
    this.map = map;
  }

  @HashAllowed
  public static <K, V> LookupMap<K, V> create() {
    return new LookupMap<>(new HashMap<>());
  }

  /** For several threads. */
  @HashAllowed
  public static <K, V> LookupMap<K, V> shared() {
    return new LookupMap<>(new ConcurrentHashMap<>());
  }

  public @Nullable V get(K key) {
    return map.get(key);
  }

  public V getOrDefault(K key, V otherwise) {
    V value = map.get(key);
    return value == null ? otherwise : value;
  }

  public boolean contains(K key) {
    return map.containsKey(key);
  }

  public @Nullable V put(K key, V value) {
    return map.put(key, value);
  }

  public @Nullable V remove(K key) {
    return map.remove(key);
  }

  public int size() {
    return map.size();
  }

  public boolean isEmpty() {
    return map.isEmpty();
  }

  public void clear() {
    map.clear();
  }
}
