package dev.flashq.cluster.access;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.ListedToken;
import java.util.List;

/** The tokens in this node's configuration, which may change at any time. Returns at once. */
public interface ConfiguredTokens {
  /** A node without tokens. */
  ConfiguredTokens NONE = new None();

  boolean isEmpty();

  /** As the cluster may know them: by their hashes under its key. */
  List<ListedToken> listed(ByteString key);

  /** A key of chance for a cluster that has none. */
  ByteString newKey();

  /** Lists nothing and makes no key. */
  final class None implements ConfiguredTokens {
    private None() {}

    @Override
    public boolean isEmpty() {
      return true;
    }

    @Override
    public List<ListedToken> listed(ByteString key) {
      return List.of();
    }

    @Override
    public ByteString newKey() {
      return ByteString.EMPTY;
    }
  }
}
