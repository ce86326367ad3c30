package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import dev.flashq.protocol.wire.FieldName;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.Credential;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import java.util.Locale;

/** Answers about tokens, roles and certificates; never a token but the one just made. */
final class AccessShapes {
  private AccessShapes() {}

  /** A token that was made: shown now and never again. */
  record Issued(String name, String token) {
    @Override
    public String toString() {
      return "Issued[" + name + "]";
    }
  }

  static void issued(Issued issued, Answer answer) {
    ValueWriter out = answer.ok(2);
    out.secret();
    text(out, Names.NAME, issued.name());
    text(out, Names.TOKEN, issued.token());
  }

  static void tokens(Query.Credentials page, Answer answer) {
    Lists.page(answer, Names.TOKENS, page.credentials(), page.more(), AccessShapes::credential);
  }

  private static void credential(Credential credential, ValueWriter out) {
    out.beginMap(8);
    text(out, Names.NAME, credential.name());
    text(out, Names.TYPE, credential.isToken() ? "token" : "certificate");
    text(out, Names.STATE, credential.state().name().toLowerCase(Locale.ROOT));
    Lists.texts(out, Names.ROLES, credential.roles());
    Lists.texts(out, Names.MEMBERS, credential.members());
    integer(out, Names.CREATED, credential.createdAt());
    time(Names.EXPIRES, credential.endsAt(), out);
    time(Names.LAST_USED, credential.usedAt(), out);
    out.endMap();
  }

  private static void time(FieldName name, long ms, ValueWriter out) {
    out.key(name);
    if (ms == 0) {
      out.nil();
    } else {
      out.integer(ms);
    }
  }

  static void roles(Query.Roles page, Answer answer) {
    Lists.page(answer, Names.ROLES, page.roles(), page.more(), AccessShapes::role);
  }

  private static void role(Role role, ValueWriter out) {
    out.beginMap(4);
    text(out, Names.NAME, role.name());
    permission(role.allow().getFirst(), out);
    out.key(Names.DENY);
    out.beginArray(role.deny().size());
    for (Permission denied : role.deny()) {
      out.beginMap(2);
      permission(denied, out);
      out.endMap();
    }
    out.endArray();
    out.endMap();
  }

  private static void permission(Permission permission, ValueWriter out) {
    Lists.texts(out, Names.QUEUES, permission.queues());
    out.key(Names.OPERATIONS);
    out.beginArray(permission.operations().size() + (permission.every() ? 1 : 0));
    for (Operation operation : permission.operations()) {
      out.string(operation.word());
    }
    if (permission.every()) {
      out.string("*");
    }
    out.endArray();
  }

  static void quotas(Query.Quotas page, Answer answer) {
    Lists.page(answer, Names.QUOTAS, page.quotas(), page.more(), AccessShapes::quota);
  }

  private static void quota(Quota quota, ValueWriter out) {
    out.beginMap(4);
    text(out, Names.TYPE, quota.owner().name().toLowerCase(Locale.ROOT));
    text(out, Names.NAME, quota.name());
    out.key(Names.PUSHES);
    out.beginArray(quota.pushes().size());
    for (Quota.Pushes pushes : quota.pushes()) {
      out.beginMap(3);
      Lists.texts(out, Names.QUEUES, pushes.queues());
      integer(out, Names.MAX, pushes.rate().max());
      integer(out, Names.DURATION, pushes.rate().durationMs());
      out.endMap();
    }
    out.endArray();
    out.key(Names.LIMITS);
    out.beginMap(4);
    limit(Names.CONNECTIONS, quota.limits().connections(), out);
    limit(Names.WAITS, quota.limits().waits(), out);
    limit(Names.BYTES, quota.limits().bytes(), out);
    limit(Names.QUEUES, quota.limits().queues(), out);
    out.endMap();
    out.endMap();
  }

  private static void limit(FieldName name, long limit, ValueWriter out) {
    out.key(name);
    if (limit == UseLimits.UNLIMITED) {
      out.nil();
    } else {
      out.integer(limit);
    }
  }

  static void decision(Query.AccessDecision decision, Answer answer) {
    ValueWriter out = answer.ok(2);
    flag(out, Names.ALLOWED, decision.allowed());
    out.key(Names.ROLE);
    if (decision.role() == null) {
      out.nil();
    } else {
      out.string(decision.role());
    }
  }
}
