package dev.flashq.security.secrets;

import dev.flashq.security.secrets.SecretReference.InStore;
import java.util.Map;
import java.util.TreeMap;

/** A place of a store, and what was last read of its fields that this node needs. */
final class Place {
  private final String where;
  private final StoredSecret first;
  private volatile Map<String, byte[]> values = Map.of();
  final SecretStore.Told told;

  Place(InStore reference, StoredSecret first) {
    this.where = reference.place();
    this.first = first;
    this.told = new SecretStore.Told(reference.scheme() + ":" + where);
  }

  String where() {
    return where;
  }

  /** One that is needed from now on. Before the first {@link #take}. */
  Secret field(InStore reference) throws SecretException {
    var more = new TreeMap<>(values);
    more.put(reference.field(), first.value(reference.field()));
    values = more;
    return new Field(reference);
  }

  /** All fields or none: a key goes with its certificate. */
  void take(StoredSecret read) throws SecretException {
    var taken = new TreeMap<String, byte[]>();
    for (String field : values.keySet()) {
      taken.put(field, read.value(field));
    }
    values = taken;
  }

  /** What the field was when its place was read last. */
  private final class Field implements Secret {
    private final InStore reference;

    Field(InStore reference) {
      this.reference = reference;
    }

    @Override
    public byte[] read(int limit) throws SecretException {
      byte[] value = values.get(reference.field());
      if (value == null || value.length > limit) {
        throw new SecretException(reference + " has more than " + limit + " bytes");
      }
      return value.clone();
    }

    @Override
    public String toString() {
      return reference.toString();
    }
  }
}
