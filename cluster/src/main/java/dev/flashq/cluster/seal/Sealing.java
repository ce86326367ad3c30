package dev.flashq.cluster.seal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.Limits;
import dev.flashq.security.seal.DataKey;
import dev.flashq.security.seal.KeyWrap;
import dev.flashq.security.seal.PayloadCipher;
import dev.flashq.security.seal.RingKey;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.seal.Sealed;
import dev.flashq.security.seal.UnreadableException;
import dev.flashq.security.seal.WipedKeyException;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.KeyRing;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query.Keys;
import dev.flashq.statemachine.Query.SubjectKeys;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StoredKey;
import dev.flashq.statemachine.WrappedKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of this node in the clear, and what is done with them. For any thread.
 *
 * <p>What needs a key that this node cannot unwrap fails with {@link RefusedException}; what was
 * sealed under a key that is destroyed is told from that.
 */
public final class Sealing {
  private static final Logger LOG = LoggerFactory.getLogger(Sealing.class);

  /** Keys of data subjects that are kept at hand. */
  private static final int SUBJECTS = 10_000;

  private final @Nullable RingKeys ring;
  private final Supplier<KeyRing> keyRing;
  private final Function<SubjectKeys, Keys> find;
  private final SecureRandom random;
  private final PayloadCipher cipher;

  /** By their numbers; guarded by itself, as the next. */
  private final Map<Long, DataKey> keys = new LinkedHashMap<>();

  private final Map<Long, About> subjects = new LinkedHashMap<>(16, 0.75f, true);

  /** The keys that there were when {@link #keys} was looked through last. */
  private volatile KeyRing seen = KeyRing.NONE;

  /**
   * Keys that went because everything had been sealed anew: what was asked before may be under
   * them.
   */
  private volatile Map<Long, StoredKey> retired = Map.of();

  /**
   * The key of a data subject.
   *
   * @param destroyed how many keys had been destroyed before it was found
   */
  private record About(DataKey key, long destroyed) {}

  /**
   * @param ring null: this node has no master key
   * @param keyRing as this node knows it; may fail with {@link RefusedException}
   * @param find keys of data subjects that this node knows
   */
  public Sealing(
      @Nullable RingKeys ring,
      Supplier<KeyRing> keyRing,
      Function<SubjectKeys, Keys> find,
      SecureRandom random) {
    this.ring = ring;
    this.keyRing = keyRing;
    this.find = find;
    this.random = random;
    this.cipher = new PayloadCipher(random);
  }

  /** Whether the key of a data subject is there; that of nobody always is. */
  boolean hasSubject(long id) {
    return id == 0 || subject(id) != null;
  }

  /** Whether this node has what unwraps the keys of the cluster. */
  public boolean hasRing() {
    KeyRing known = keyRing.get();
    return known.ring() != 0 && currentRing(known) != null;
  }

  static String id(KeyRing known) {
    return HexFormat.of().formatHex(known.ringId().toByteArray());
  }

  private byte @Nullable [] currentRing(KeyRing known) {
    return ring == null || known.ring() == 0 ? null : ring.key(known.ring(), id(known));
  }

  private static RefusedException noKey() {
    return new RefusedException(
        new Refused(
            ErrorCode.KEY_UNAVAILABLE,
            "This node has no key for what is encrypted here; ask another node, or see to its encryption.master-key"));
  }

  private static RefusedException noRing() {
    return new RefusedException(
        new Refused(
            ErrorCode.KEY_UNAVAILABLE,
            "The cluster has no ring key yet: encryption.master-key must be set on most of its nodes"));
  }

  /** A new key, wrapped. */
  WrappedKey newKey(byte[] purpose) {
    KeyRing known = keyRing.get();
    if (known.ring() == 0) {
      throw noRing();
    }
    byte[] under = currentRing(known);
    if (under == null) {
      throw noKey();
    }
    byte[] key = DataKey.create(random);
    byte[] wrapped = KeyWrap.wrap(under, key, purpose, random);
    Arrays.fill(key, (byte) 0);
    return new WrappedKey(known.ring(), UnsafeByteOperations.unsafeWrap(wrapped));
  }

  static byte[] namespace(String queues) {
    return ("namespace " + queues).getBytes(UTF_8);
  }

  static byte[] subject(ByteString hash) {
    return hash.isEmpty()
        ? "names".getBytes(UTF_8)
        : ("subject " + HexFormat.of().formatHex(hash.toByteArray())).getBytes(UTF_8);
  }

  private static byte[] purpose(StoredKey key) {
    return key.queues().isEmpty() ? subject(key.subject()) : namespace(key.queues());
  }

  /** The same key under the ring key of now. */
  ByteString rewrap(StoredKey stored) throws UnreadableException {
    byte[] under = currentRing(keyRing.get());
    if (under == null) {
      throw noKey();
    }
    byte[] clear = unwrap(stored);
    byte[] wrapped = KeyWrap.wrap(under, clear, purpose(stored), random);
    Arrays.fill(clear, (byte) 0);
    return UnsafeByteOperations.unsafeWrap(wrapped);
  }

  /** There may be several ring keys of a number, of which one was made in vain. */
  private byte[] unwrap(StoredKey stored) throws UnreadableException {
    List<RingKey> held = ring == null ? List.of() : ring.held();
    UnreadableException wrong = null;
    for (RingKey candidate : held) {
      byte[] under =
          ring == null || candidate.number() != stored.wrapped().ring()
              ? null
              : ring.key(candidate.number(), candidate.id());
      if (under != null) {
        try {
          return KeyWrap.unwrap(under, stored.wrapped().bytes().toByteArray(), purpose(stored));
        } catch (UnreadableException e) {
          wrong = e;
        }
      }
    }
    if (wrong != null) {
      throw wrong;
    }
    throw noKey();
  }

  /** Sees which keys there are, before something is asked that may be sealed under them. */
  public void look() {
    look(keyRing.get());
  }

  private void look(KeyRing known) {
    if (seen != known) {
      forgetDestroyed(known);
    }
  }

  /** The key of a number; null: it is destroyed, or a data subject's. */
  private @Nullable DataKey key(long id) {
    KeyRing known = keyRing.get();
    look(known);
    StoredKey current = known.key(id);
    StoredKey stored = current == null ? retired.get(id) : current;
    if (stored == null) {
      return null;
    }
    synchronized (keys) {
      DataKey found = keys.get(id);
      if (found != null) {
        return found;
      }
    }
    DataKey made = inTheClear(stored);
    synchronized (keys) {
      DataKey first = keys.putIfAbsent(id, made);
      return first == null ? made : first;
    }
  }

  private DataKey inTheClear(StoredKey stored) {
    try {
      return new DataKey(stored.id(), unwrap(stored));
    } catch (UnreadableException e) {
      LOG.error("Key {} of the cluster cannot be unwrapped: {}", stored.id(), e.getMessage());
      throw noKey();
    }
  }

  private void forgetDestroyed(KeyRing known) {
    synchronized (keys) {
      KeyRing last = seen;
      boolean destroyed = known.destroyed() != last.destroyed();
      retired = destroyed || known.ring() != last.ring() ? Map.of() : retired(known, last);
      var gone = new ArrayList<DataKey>();
      keys.entrySet()
          .removeIf(
              one ->
                  known.key(one.getKey()) == null
                      && !retired.containsKey(one.getKey())
                      && gone.add(one.getValue()));
      if (destroyed) {
        synchronized (subjects) {
          subjects.values().forEach(about -> gone.add(about.key));
          subjects.clear();
        }
      }
      if (!gone.isEmpty()) {
        cipher.forget(gone);
      }
      seen = known;
    }
  }

  private Map<Long, StoredKey> retired(KeyRing known, KeyRing last) {
    var gone = new LinkedHashMap<Long, StoredKey>();
    for (StoredKey key : last.keys()) {
      if (known.key(key.id()) == null) {
        gone.put(key.id(), key);
      }
    }
    return gone.isEmpty() ? retired : Map.copyOf(gone);
  }

  /** The key of a data subject; null: it is destroyed, or not known here. */
  private @Nullable DataKey subject(long id) {
    KeyRing known = keyRing.get();
    look(known);
    synchronized (subjects) {
      About found = subjects.get(id);
      if (found != null && found.destroyed == known.destroyed()) {
        return found.key;
      }
    }
    List<StoredKey> stored = find.apply(new SubjectKeys(List.of(), List.of(id))).keys();
    return stored.isEmpty() ? null : keep(inTheClear(stored.getFirst()), known);
  }

  private DataKey keep(DataKey key, KeyRing known) {
    synchronized (subjects) {
      if (subjects.size() >= SUBJECTS) {
        subjects.remove(subjects.keySet().iterator().next());
      }
      subjects.put(key.id(), new About(key, known.destroyed()));
    }
    return key;
  }

  /**
   * The hashes by which data subjects are known: HMAC-SHA256 (RFC 2104) of their names under a key
   * of the ring, its first half. Fails with {@link KeysNeededException} when there is no such key.
   */
  Map<String, ByteString> hashes(Set<String> names) throws KeysNeededException {
    StoredKey stored = keyRing.get().names();
    if (stored == null) {
      throw new KeysNeededException(Set.of(ByteString.EMPTY));
    }
    DataKey key = key(stored.id());
    if (key == null) {
      throw noKey();
    }
    try {
      byte[] clear = key.copy();
      var hashes = new LinkedHashMap<String, ByteString>();
      for (String name : names) {
        hashes.put(name, hash(clear, name));
      }
      Arrays.fill(clear, (byte) 0);
      return hashes;
    } catch (WipedKeyException _) {
      return hashes(names);
    }
  }

  private static ByteString hash(byte[] key, String name) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return ByteString.copyFrom(mac.doFinal(name.getBytes(UTF_8)), 0, Limits.SUBJECT_HASH_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }

  /**
   * Numbers of the keys of data subjects. Fails with {@link KeysNeededException} when there are
   * none for some of them.
   */
  Map<ByteString, Long> subjectKeys(Set<ByteString> hashes) throws KeysNeededException {
    var found = new LinkedHashMap<ByteString, Long>();
    for (StoredKey key : find.apply(new SubjectKeys(List.copyOf(hashes), List.of())).keys()) {
      found.put(key.subject(), key.id());
    }
    if (found.size() < hashes.size()) {
      var missing = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
      missing.addAll(hashes);
      missing.removeAll(found.keySet());
      throw new KeysNeededException(missing);
    }
    return found;
  }

  /**
   * Fails with {@link RefusedException} when this node cannot seal or open under a key that there
   * is.
   */
  public void require(long key) {
    var _ = key(key);
  }

  /**
   * Seals something. Fails with {@link RefusedException} when a key is not there any more: it has
   * to be asked again which ones are.
   *
   * @param key number of the namespace's key
   * @param subject number of the data subject's; 0: of nobody
   */
  public Payload seal(long key, long subject, JobPart part, Payload clear) {
    return keyPair(key, subject).seal(part, clear);
  }

  /**
   * Keys for the texts of one command. Fails with {@link RefusedException} as {@link #seal} does.
   */
  KeyPair keyPair(long key, long subject) {
    return new KeyPair(key, subject);
  }

  /** Keys of a namespace and of a data subject, looked up once. For one thread. */
  final class KeyPair {
    private final long key;
    private final long subject;
    private DataKey namespace;
    private @Nullable DataKey about;

    private KeyPair(long key, long subject) {
      this.key = key;
      this.subject = subject;
      this.namespace = namespace();
      this.about = about();
    }

    private DataKey namespace() {
      return present(key(key));
    }

    private @Nullable DataKey about() {
      return subject == 0 ? null : present(Sealing.this.subject(subject));
    }

    private static DataKey present(@Nullable DataKey key) {
      if (key == null) {
        throw new RefusedException(Reason.DATA_RULES_CHANGED.refuses());
      }
      return key;
    }

    Payload seal(JobPart part, Payload clear) {
      while (true) {
        try {
          byte[] sealed =
              cipher.seal(
                  namespace,
                  about,
                  part.sealedAs(),
                  clear.encoding().number(),
                  clear.bytes().asReadOnlyByteBuffer());
          return new Payload(Payload.Encoding.SEALED, UnsafeByteOperations.unsafeWrap(sealed));
        } catch (WipedKeyException _) {
          // Keys were destroyed meanwhile; whether those, the next look tells.
          namespace = namespace();
          about = about();
        }
      }
    }
  }

  /** Whether it was sealed under these keys. */
  static boolean isUnder(Payload sealed, long key, long subject) {
    try {
      Sealed front = Sealed.parse(sealed.bytes().asReadOnlyByteBuffer());
      return front.key() == key && front.subject() == subject;
    } catch (UnreadableException _) {
      return false;
    }
  }

  /** Seals something under the keys under which something else was sealed. */
  public Payload sealAs(Payload other, JobPart part, Payload clear) {
    try {
      Sealed front = Sealed.parse(other.bytes().asReadOnlyByteBuffer());
      return seal(front.key(), front.subject(), part, clear);
    } catch (UnreadableException _) {
      throw noKey();
    }
  }

  /** What it was before it was sealed; null: nobody can know any more. */
  public @Nullable Payload open(JobPart part, Payload sealed) {
    ByteBuffer bytes = sealed.bytes().asReadOnlyByteBuffer();
    try {
      Sealed front = Sealed.parse(bytes.duplicate());
      Payload.Encoding encoding = Payload.Encoding.of(front.encoding());
      if (encoding == null || encoding == Payload.Encoding.SEALED) {
        throw new UnreadableException("an encoding that this version does not know");
      }
      byte[] clear = opened(front, part, bytes);
      return clear == null ? null : new Payload(encoding, UnsafeByteOperations.unsafeWrap(clear));
    } catch (UnreadableException e) {
      LOG.error("Something sealed cannot be opened: {}", e.getMessage());
      return null;
    }
  }

  private byte @Nullable [] opened(Sealed front, JobPart part, ByteBuffer bytes)
      throws UnreadableException {
    while (true) {
      DataKey key = key(front.key());
      DataKey about = key == null || front.subject() == 0 ? null : subject(front.subject());
      if (key == null || (front.subject() != 0 && about == null)) {
        return null;
      }
      try {
        return cipher.open(front, key, about, part.sealedAs(), bytes.duplicate());
      } catch (WipedKeyException _) {
        // Keys were destroyed meanwhile; whether those, the next look tells.
      }
    }
  }
}
