package dev.flashq.security.seal;

import dev.flashq.security.secrets.SecretException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ring keys that a node has. They stand in no log and in no snapshot: who has those and a
 * master key can read nothing without them, so that what was sealed under a ring key that is gone
 * stays sealed. For any thread; what changes them may take long.
 */
public interface RingKeys {
  /** One that is used, one that takes its place, and two that were made for that in vain. */
  int MAX = 4;

  /** All that are on the disk, by their numbers; those may be told to other members. */
  List<RingKey> held();

  /** A key in the clear; null when this node does not have it. */
  byte @Nullable [] key(long number, String id);

  /** Makes one, and keeps it. */
  RingKey make(long number) throws SecretException;

  /** Keeps one that another member told, if it is what it says and there is room for it. */
  void take(RingKey key) throws SecretException;

  /** Destroys one, if there is such a key. */
  void destroy(long number, String id) throws SecretException;
}
