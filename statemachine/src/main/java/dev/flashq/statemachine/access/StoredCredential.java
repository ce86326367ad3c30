package dev.flashq.statemachine.access;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.Credential.State;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.AccessCodec;
import dev.flashq.statemachine.state.proto.StateProto.CredentialRecord;
import dev.flashq.statemachine.state.proto.StateProto.Listing;
import java.util.ArrayList;
import java.util.List;

/** A token or a certificate with all that its row holds. */
record StoredCredential(long number, CredentialRecord row) {
  private static final List<State> STATES = List.of(State.ACTIVE, State.EXPIRED, State.REVOKED);

  static CredentialRecord parse(byte[] value) {
    try {
      return CredentialRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a credential", e);
    }
  }

  ByteString hash() {
    return row.getHash();
  }

  String name() {
    return row.getName();
  }

  boolean isToken() {
    return row.getSubject().isEmpty();
  }

  boolean isListed() {
    return row.getListingsCount() > 0;
  }

  boolean isActive() {
    return row.getState() == State.ACTIVE.ordinal();
  }

  StoredCredential in(State state) {
    return new StoredCredential(number, row.toBuilder().setState(STATES.indexOf(state)).build());
  }

  StoredCredential endingAt(long ms) {
    return new StoredCredential(number, row.toBuilder().setEndsAt(ms).build());
  }

  StoredCredential usedAt(long ms) {
    return new StoredCredential(number, row.toBuilder().setUsedAt(ms).build());
  }

  /** As it is when the member lists it at a place, or does so no more. */
  StoredCredential without(String member) {
    var next = row.toBuilder().clearListings();
    row.getListingsList().stream()
        .filter(listing -> !listing.getMember().equals(member))
        .forEach(next::addListings);
    return new StoredCredential(number, next.build());
  }

  StoredCredential with(String member, ListedToken token, int place) {
    return new StoredCredential(
        number,
        without(member).row.toBuilder()
            .addListings(
                Listing.newBuilder()
                    .setMember(member)
                    .setPlace(place)
                    .setToken(AccessCodec.encode(token).toByteString()))
            .build());
  }

  /** What members have listed for it is a role of its own. */
  List<Role> listedRoles() {
    var roles = new ArrayList<Role>();
    for (Listing listing : row.getListingsList()) {
      List<Permission> permissions = listed(listing).permissions();
      roles.add(new Role("configuration of " + listing.getMember(), permissions, List.of()));
    }
    return roles;
  }

  static ListedToken listed(Listing listing) {
    try {
      return AccessCodec.decode(LogProto.ListedToken.parseFrom(listing.getToken()));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable token of a configuration", e);
    }
  }

  Principal principal() {
    return new Principal(row.getName(), number, null);
  }

  Credential view() {
    return new Credential(
        number,
        row.getName(),
        row.getSubject(),
        row.getRolesList(),
        row.getListingsList().stream().map(Listing::getMember).toList(),
        row.getCreatedAt(),
        row.getEndsAt(),
        row.getUsedAt(),
        STATES.get(Math.clamp(row.getState(), 0, STATES.size() - 1)));
  }
}
