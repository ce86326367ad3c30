package dev.flashq.cluster.seal;

import com.google.protobuf.ByteString;
import java.util.Set;

/** Something can be sealed only when these data subjects have keys. */
public final class KeysNeededException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Set<ByteString> subjects;

  /**
   * @param subjects hashes; an empty one is the key that makes the hashes
   */
  KeysNeededException(Set<ByteString> subjects) {
    super("keys of data subjects are needed", null, false, false);
    this.subjects = subjects;
  }

  public Set<ByteString> subjects() {
    return subjects;
  }
}
