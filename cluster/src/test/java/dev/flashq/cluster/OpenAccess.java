package dev.flashq.cluster;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cluster in which everybody may do everything. */
public record OpenAccess() implements Access {
  @Override
  public boolean isProtected() {
    return false;
  }

  @Override
  public @Nullable ByteString key() {
    return null;
  }

  @Override
  public @Nullable Principal holder(ByteString tokenHash) {
    return null;
  }

  @Override
  public @Nullable Principal holderOf(String certificateSubject) {
    return null;
  }

  @Override
  public Grant grant(Principal principal) {
    return Grant.EVERYTHING;
  }

  @Override
  public @Nullable Grant grantOf(String tokenName) {
    return null;
  }

  @Override
  public long usedAt(Principal principal) {
    return 0;
  }

  @Override
  public List<ListedToken> listedBy(String member) {
    return List.of();
  }
}
