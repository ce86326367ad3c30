package dev.flashq.statemachine.access;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.Limits;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Quota.Owner;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.log.AccessCodec;
import dev.flashq.statemachine.rate.RateWindow;
import dev.flashq.statemachine.state.proto.StateProto.QuotaRecord;
import dev.flashq.statemachine.state.proto.StateProto.QuotaWindow;
import dev.flashq.statemachine.store.Bytes;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Tables;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Quotas, and how much of them is used up; they are few, so that they stay in memory. */
public final class QuotaStore {
  private final Tables tables;
  private final TreeMap<String, Held> quotas = new TreeMap<>();
  private final Set<Held> changed = new LinkedHashSet<>();

  /** A quota with a window for each of its pushes. */
  private static final class Held {
    final Quota quota;
    final List<RateWindow> windows;

    Held(Quota quota, List<RateWindow> windows) {
      this.quota = quota;
      this.windows = windows;
    }
  }

  public QuotaStore(Tables tables) {
    this.tables = tables;
    load();
  }

  private void load() {
    tables.scan(
        Column.QUOTAS,
        new byte[0],
        new byte[0],
        (_, value) -> {
          QuotaRecord record = record(value);
          Quota quota = quota(record);
          var windows = new ArrayList<RateWindow>();
          for (int i = 0; i < quota.pushes().size(); i++) {
            QuotaWindow window = record.getWindows(i);
            windows.add(
                RateWindow.of(
                    quota.pushes().get(i).rate(), window.getFirstSlot(), window.getCountsList()));
          }
          quotas.put(key(quota.owner(), quota.name()), new Held(quota, windows));
          return true;
        });
  }

  private static QuotaRecord record(byte[] value) {
    try {
      return QuotaRecord.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable record of a quota", e);
    }
  }

  private static Quota quota(QuotaRecord record) {
    try {
      return AccessCodec.decode(LogProto.SetQuota.parseFrom(record.getQuota()));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable quota", e);
    }
  }

  /** A stored quota as clients see it. */
  public static Quota view(byte[] value) {
    return quota(record(value));
  }

  /** Under which a quota stands: those of tokens come first. */
  public static byte[] key(Quota quota) {
    return Bytes.of(key(quota.owner(), quota.name()));
  }

  private static String key(Owner owner, String name) {
    return owner.number() + name;
  }

  /** Takes the place of what was said before; false when there are too many. */
  boolean set(Quota quota, long now) {
    String key = key(quota.owner(), quota.name());
    Held old = quotas.get(key);
    if (quota.isEmpty()) {
      if (old != null) {
        quotas.remove(key);
        changed.remove(old);
        tables.delete(Column.QUOTAS, Bytes.of(key));
      }
      return true;
    }
    if (old == null && quotas.size() >= Limits.QUOTAS) {
      return false;
    }
    var windows = new ArrayList<RateWindow>();
    for (Quota.Pushes pushes : quota.pushes()) {
      RateWindow used = old == null ? null : window(old, pushes);
      windows.add(used == null ? RateWindow.empty(pushes.rate()) : used.under(pushes.rate(), now));
    }
    var held = new Held(quota, windows);
    quotas.put(key, held);
    changed.remove(old);
    changed.add(held);
    return true;
  }

  /**
   * What has gone to these queues: that which counted for as long, or else that which knows of the
   * longest time.
   */
  private static @Nullable RateWindow window(Held held, Quota.Pushes pushes) {
    RateWindow longest = null;
    for (int i = 0; i < held.windows.size(); i++) {
      RateWindow window = held.windows.get(i);
      if (held.quota.pushes().get(i).queues().equals(pushes.queues())) {
        long durationMs = window.limit().durationMs();
        if (durationMs == pushes.rate().durationMs()) {
          return window;
        }
        longest = longest == null || longest.limit().durationMs() < durationMs ? window : longest;
      }
    }
    return longest;
  }

  /** What the quotas of a token and of its roles allow it to use. */
  UseLimits limits(Principal who, List<Role> roles) {
    UseLimits limits = UseLimits.NONE;
    for (Held held : of(who, roles)) {
      limits = limits.and(held.quota.limits());
    }
    return limits;
  }

  private List<Held> of(Principal who, List<Role> roles) {
    if (quotas.isEmpty() || who.credential() == 0) {
      return List.of();
    }
    var its = new ArrayList<Held>();
    add(Owner.TOKEN, who.name(), its);
    for (Role role : roles) {
      add(Owner.ROLE, role.name(), its);
    }
    return its;
  }

  private void add(Owner owner, String name, List<Held> to) {
    Held held = quotas.get(key(owner, name));
    if (held != null) {
      to.add(held);
    }
  }

  /** Pushes of somebody to a queue. */
  public Pushing pushing(Principal who, Grant grant, QueueName queue) {
    var places = new ArrayList<Place>(0);
    for (Held held : of(who, grant.roles())) {
      for (int i = 0; i < held.windows.size(); i++) {
        if (held.quota.pushes().get(i).covers(queue)) {
          places.add(new Place(held, i));
        }
      }
    }
    return new Pushing(queue, places);
  }

  /** A push quota that counts. */
  private record Place(Held held, int index) {
    RateWindow window() {
      return held.windows.get(index);
    }
  }

  /** Counts the pushes of one command. */
  public final class Pushing {
    private final QueueName queue;
    private final List<Place> places;

    private Pushing(QueueName queue, List<Place> places) {
      this.queue = queue;
      this.places = places;
    }

    /** Counts one job; otherwise why it may not be pushed now. */
    public @Nullable Refused take(long now) {
      long wait = 0;
      for (Place place : places) {
        RateWindow window = place.window();
        if (window.jobs(now) == 0) {
          wait = Math.max(wait, wait(window, now));
        }
      }
      if (wait > 0) {
        return Reason.rateExceeded(queue, wait);
      }
      for (Place place : places) {
        place.held.windows.set(place.index, place.window().take(now));
        changed.add(place.held);
      }
      return null;
    }

    private static long wait(RateWindow window, long now) {
      return window.limit().max() == 0
          ? window.limit().durationMs()
          : Math.max(1, window.nextAt(now) - now);
    }
  }

  /** Puts the rows of changed quotas into the batch. */
  public void write() {
    for (Held held : changed) {
      var record = QuotaRecord.newBuilder().setQuota(AccessCodec.encode(held.quota).toByteString());
      for (RateWindow window : held.windows) {
        record.addWindows(
            QuotaWindow.newBuilder().setFirstSlot(window.first()).addAllCounts(window.counts()));
      }
      tables.put(Column.QUOTAS, key(held.quota), record.build().toByteArray());
    }
    changed.clear();
  }

  /** Reads everything again from the database. */
  public void forget() {
    quotas.clear();
    changed.clear();
    load();
  }
}
