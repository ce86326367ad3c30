package dev.flashq.server.access;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.access.ConfiguredTokens;
import dev.flashq.protocol.Limits;
import dev.flashq.security.TokenHash;
import dev.flashq.security.secrets.Secret;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.security.secrets.SecretReference;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.server.config.ConfigException;
import dev.flashq.server.config.Given;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.server.config.TokenConfig;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.transport.TokenCheck.Login;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of this node's configuration: those that stand in it, and those that stand in files or
 * in stores of secrets, which are looked at every second. What cannot be used leaves what was read
 * there before.
 */
public final class TokenSources implements ConfiguredTokens, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TokenSources.class);
  private static final long LOOK_MS = 1000;
  private static final int FILE_BYTES = 1 << 20;
  private static final List<Permission> EVERYTHING = List.of(Permission.EVERYTHING);

  private final List<ConfiguredToken> fixed;
  private final List<Watched> elsewhere;
  private final boolean wanted;
  private final @Nullable ScheduledExecutorService watch;
  private volatile List<ConfiguredToken> all;
  private volatile boolean failing;
  private @Nullable Hashed latest;

  /** What was answered for a key. */
  private record Hashed(ByteString key, List<ConfiguredToken> of, List<ListedToken> tokens) {}

  /** Reads all of them; fails with a sentence for the operator when one cannot be used. */
  public TokenSources(ServerConfig config, Secrets secrets) {
    this.fixed = fixed(config);
    this.elsewhere = elsewhere(config, secrets);
    this.wanted = config.requiresTokens();
    for (Watched source : elsewhere) {
      source.readOrFail();
    }
    this.all = merged();
    this.watch = elsewhere.isEmpty() ? null : start();
  }

  /** Permissions first: of entries with one token the first counts. */
  private static List<Watched> elsewhere(ServerConfig config, Secrets secrets) {
    ServerConfig.Auth auth = config.auth();
    var all = new ArrayList<Watched>();
    auth.permissionsFile()
        .ifPresent(
            at ->
                all.add(new Watched(secrets.open(at), bytes -> new PermissionsFile().read(bytes))));
    auth.tokensFile().ifPresent(at -> all.add(new Watched(secrets.open(at), TokenSources::plain)));
    if (config.tokens() instanceof Given.Elsewhere<List<TokenConfig>>(SecretReference at)) {
      all.add(new Watched(secrets.open(at), bytes -> named(TokenConfig.parseAll(text(bytes)))));
    }
    if (auth.plainTokens() instanceof Given.Elsewhere<List<String>>(SecretReference at)) {
      all.add(new Watched(secrets.open(at), TokenSources::somePlain));
    }
    return List.copyOf(all);
  }

  private ScheduledExecutorService start() {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("token-files").factory());
    var _ = thread.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    return thread;
  }

  private static List<ConfiguredToken> fixed(ServerConfig config) {
    var fixed = new ArrayList<>(named(config.tokens().here().orElse(List.of())));
    fixed.addAll(plain(config.auth().plainTokens().here().orElse(List.of())));
    return fixed;
  }

  private static List<ConfiguredToken> named(List<TokenConfig> tokens) {
    return tokens.stream()
        .map(
            token -> new ConfiguredToken(token.name(), TokenHash.digest(token.token()), EVERYTHING))
        .toList();
  }

  private static List<ConfiguredToken> plain(List<String> tokens) {
    return tokens.stream()
        .map(token -> new ConfiguredToken(null, TokenHash.digest(token), EVERYTHING))
        .toList();
  }

  private static List<ConfiguredToken> plain(byte[] file) {
    return plain(
        Arrays.stream(text(file).split("[,\n\r]"))
            .map(String::strip)
            .filter(token -> !token.isEmpty())
            .toList());
  }

  /** A file may be emptied; a secret that holds none was stored by mistake. */
  private static List<ConfiguredToken> somePlain(byte[] secret) {
    List<ConfiguredToken> tokens = plain(secret);
    if (tokens.isEmpty()) {
      throw new ConfigException("expected: at least one token");
    }
    return tokens;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Looks whether one of them says something else now. */
  void look() {
    boolean changed = false;
    boolean failed = false;
    for (Watched file : elsewhere) {
      try {
        changed |= file.read();
      } catch (ConfigException e) {
        failed = true;
        file.tell(e);
      }
    }
    failing = failed;
    if (changed) {
      all = merged();
      LOG.info("The configuration lists {} tokens now", all.size());
    }
  }

  private List<ConfiguredToken> merged() {
    var merged = new ArrayList<ConfiguredToken>();
    for (Watched file : elsewhere) {
      file.tokens.forEach(token -> addNew(token, merged));
    }
    fixed.forEach(token -> addNew(token, merged));
    if (merged.size() > Limits.LISTED_TOKENS) {
      LOG.warn("Of the configuration's tokens only {} are used", Limits.LISTED_TOKENS);
      return List.copyOf(merged.subList(0, Limits.LISTED_TOKENS));
    }
    return List.copyOf(merged);
  }

  private static void addNew(ConfiguredToken token, List<ConfiguredToken> to) {
    for (int i = 0; i < to.size(); i++) {
      if (to.get(i).isSame(token)) {
        if (to.get(i).name == null && token.name != null) {
          to.set(i, new ConfiguredToken(token.name, token.digest, to.get(i).permissions));
        }
        return;
      }
    }
    to.add(token);
  }

  /** Whether clients have to say who they are, whatever the cluster says. */
  boolean isWanted() {
    return wanted;
  }

  /** Whether one of them cannot be used at present. */
  public boolean isFailing() {
    return failing;
  }

  @Override
  public boolean isEmpty() {
    return !wanted;
  }

  @Override
  public synchronized List<ListedToken> listed(ByteString key) {
    List<ConfiguredToken> now = all;
    Hashed known = latest;
    if (known == null || known.of != now || !known.key.equals(key)) {
      known = new Hashed(key, now, now.stream().map(token -> listed(token, key)).toList());
      latest = known;
    }
    return known.tokens;
  }

  private static ListedToken listed(ConfiguredToken token, ByteString key) {
    byte[] hash = TokenHash.of(key.toByteArray(), token.digest);
    String name = token.name != null ? token.name : "token-" + HexFormat.of().formatHex(hash, 0, 4);
    return new ListedToken(ByteString.copyFrom(hash), name, token.permissions);
  }

  @Override
  public ByteString newKey() {
    return ByteString.copyFrom(TokenHash.newKey());
  }

  /**
   * What comes of a token as long as the cluster knows no tokens, because a member is too old for
   * them or has not been heard yet: who is listed without permissions may do everything, and nobody
   * can tell what the others may do.
   */
  Login login(String token) {
    byte[] digest = TokenHash.digest(token);
    Login found = Login.UNKNOWN;
    for (ConfiguredToken known : all) {
      // No early exit: the time must not tell which of the tokens fits.
      if (MessageDigest.isEqual(known.digest, digest)) {
        found =
            known.permissions.equals(EVERYTHING)
                ? new Login.Known(new Principal(known.name == null ? "client" : known.name))
                : Login.UNAVAILABLE;
      }
    }
    return found;
  }

  /** Whether the configuration has the token. */
  boolean lists(String token) {
    return !(login(token) instanceof Login.Unknown);
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.shutdownNow();
    }
  }

  /** What stands elsewhere lists. */
  private interface Parser {
    List<ConfiguredToken> parse(byte[] bytes);
  }

  /**
   * What stands elsewhere, and what was read there last; of the tokens themselves nothing is kept.
   */
  private static final class Watched {
    private final Secret file;
    private final Parser parser;
    private byte[] digest = new byte[0];
    private List<ConfiguredToken> tokens = List.of();
    private String told = "";

    Watched(Secret file, Parser parser) {
      this.file = file;
      this.parser = parser;
    }

    void readOrFail() {
      tokens = parsed(content());
    }

    /** Whether it says something else than before. */
    boolean read() {
      byte[] now = content();
      if (MessageDigest.isEqual(TokenHash.digest(now), digest)) {
        return false;
      }
      tokens = parsed(now);
      told = "";
      return true;
    }

    private List<ConfiguredToken> parsed(byte[] now) {
      try {
        List<ConfiguredToken> parsed = parser.parse(now);
        digest = TokenHash.digest(now);
        return parsed;
      } catch (ConfigException e) {
        throw new ConfigException(file + " cannot be used: " + e.getMessage());
      }
    }

    private byte[] content() {
      try {
        return file.read(FILE_BYTES);
      } catch (SecretException e) {
        throw new ConfigException(e.sentence());
      }
    }

    /** Once for each trouble. */
    void tell(ConfigException e) {
      String trouble = String.valueOf(e.getMessage());
      if (!trouble.equals(told)) {
        told = trouble;
        LOG.warn("{}; the tokens that it listed before stay", trouble);
      }
    }
  }
}
