package dev.flashq.statemachine.access;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.Access;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.state.proto.StateProto.Listing;
import dev.flashq.statemachine.store.LookupMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Credentials and roles as they were after an entry, ready to be asked. */
final class AccessRules implements Access {
  private final boolean guarded;
  private final @Nullable ByteString key;
  private final LookupMap<Long, Holder> byNumber = LookupMap.create();
  private final LookupMap<ByteString, Holder> byHash = LookupMap.create();
  private final LookupMap<String, Holder> bySubject = LookupMap.create();
  private final LookupMap<String, Grant> byName = LookupMap.create();
  private final Map<String, List<Placed>> listed = new TreeMap<>();
  private final LookupMap<Long, Long> used;

  private record Holder(Principal principal, Grant grant) {}

  private record Placed(int place, ListedToken token) {}

  /**
   * @param guarded whether clients have to say who they are
   * @param key empty: there is none
   * @param quotas how much tokens and roles may use
   * @param used when credentials were used last: goes on to change
   */
  AccessRules(
      boolean guarded,
      ByteString key,
      Collection<StoredCredential> credentials,
      Map<String, Role> roles,
      QuotaStore quotas,
      LookupMap<Long, Long> used) {
    this.used = used;
    this.guarded = guarded;
    this.key = key.isEmpty() ? null : key;
    for (StoredCredential credential : credentials) {
      add(credential, roles, quotas);
    }
    listed.values().forEach(tokens -> tokens.sort(Comparator.comparingInt(Placed::place)));
  }

  private void add(StoredCredential credential, Map<String, Role> roles, QuotaStore quotas) {
    for (Listing listing : credential.row().getListingsList()) {
      listed
          .computeIfAbsent(listing.getMember(), _ -> new ArrayList<>())
          .add(new Placed(listing.getPlace(), StoredCredential.listed(listing)));
    }
    if (!credential.isActive()) {
      return;
    }
    List<Role> its = credential.listedRoles();
    for (String name : credential.row().getRolesList()) {
      Role role = roles.get(name);
      if (role != null) {
        its.add(role);
      }
    }
    Principal principal = credential.principal();
    var holder = new Holder(principal, Grant.of(its, quotas.limits(principal, its)));
    byNumber.put(credential.number(), holder);
    if (credential.isToken()) {
      byHash.put(credential.hash(), holder);
      byName.put(credential.name(), holder.grant);
    } else {
      bySubject.put(credential.row().getSubject(), holder);
    }
  }

  @Override
  public boolean isProtected() {
    return guarded;
  }

  @Override
  public @Nullable ByteString key() {
    return key;
  }

  @Override
  public @Nullable Principal holder(ByteString tokenHash) {
    return principal(byHash.get(tokenHash));
  }

  @Override
  public @Nullable Principal holderOf(String certificateSubject) {
    return principal(bySubject.get(certificateSubject));
  }

  private static @Nullable Principal principal(@Nullable Holder holder) {
    return holder == null ? null : holder.principal;
  }

  @Override
  public @Nullable Grant grant(Principal principal) {
    if (!guarded || principal.isSystem()) {
      return Grant.EVERYTHING;
    }
    Holder holder = byNumber.get(principal.credential());
    return holder == null ? null : holder.grant;
  }

  @Override
  public @Nullable Grant grantOf(String tokenName) {
    return byName.get(tokenName);
  }

  @Override
  public long usedAt(Principal principal) {
    return used.getOrDefault(principal.credential(), 0L);
  }

  @Override
  public List<ListedToken> listedBy(String member) {
    return listed.getOrDefault(member, List.of()).stream().map(Placed::token).toList();
  }
}
