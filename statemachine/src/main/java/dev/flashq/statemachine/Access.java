package dev.flashq.statemachine;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who may do what, as one replica knows it after one entry. For any thread. */
public interface Access {
  /** Whether clients have to say who they are. Once they have, they always must. */
  boolean isProtected();

  /** With which tokens are hashed; null while the cluster has none. */
  @Nullable ByteString key();

  /** The holder of a token that is good now; null when there is none. */
  @Nullable Principal holder(ByteString tokenHash);

  /** The holder of a certificate that is good now; null when its subject is bound to nothing. */
  @Nullable Principal holderOf(String certificateSubject);

  /** What the principal may do; null when it must first say who it is. */
  @Nullable Grant grant(Principal principal);

  /** What the holder of the newest good token of a name may do; null when there is none. */
  @Nullable Grant grantOf(String tokenName);

  /** Unix ms of the hour in which the principal's credential was used last; 0: never, or none. */
  long usedAt(Principal principal);

  /** The tokens that the member lists, in the order in which it does. */
  List<ListedToken> listedBy(String member);
}
