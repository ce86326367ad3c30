package dev.flashq.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.flashq.security.TokenHash;
import dev.flashq.security.secrets.Secrets;
import dev.flashq.security.secrets.UnavailableSecretException;
import dev.flashq.server.config.ConfigException;
import dev.flashq.server.config.ServerConfig;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.transport.TokenCheck.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenSourcesTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("a key of the cluster");

  @TempDir Path folder;
  private Path tokens;
  private Path permissions;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void files() {
    tokens = folder.resolve("tokens");
    permissions = folder.resolve("permissions.json");
  }

  private TokenSources sources() {
    ServerConfig config = ServerConfig.load(null, environment);
    return new TokenSources(config, new Secrets(config.secrets(), environment::get));
  }

  private static ByteString hash(String token) {
    return ByteString.copyFrom(TokenHash.of(KEY.toByteArray(), token));
  }

  private static List<String> names(TokenSources sources) {
    return sources.listed(KEY).stream().map(ListedToken::name).toList();
  }

  @Test
  void namedAndPlainTokensMayDoEverything() {
    environment.put("FLASHQ_AUTH_TOKENS", "ada:the-token-of-ada");
    environment.put("AUTH_TOKENS", " token1, token2 ,,token1");
    try (TokenSources sources = sources()) {
      assertThat(sources.listed(KEY))
          .extracting(ListedToken::hash)
          .containsExactly(hash("the-token-of-ada"), hash("token1"), hash("token2"));
      assertThat(sources.listed(KEY))
          .allSatisfy(
              token -> assertThat(token.permissions()).containsExactly(Permission.EVERYTHING));
      assertThat(names(sources).getFirst()).isEqualTo("ada");
      assertThat(names(sources).getLast()).matches("token-[0-9a-f]{8}");
      assertThat(sources.isEmpty()).isFalse();
      assertThat(sources.login("token2")).isEqualTo(new Login.Known(new Principal("client")));
      assertThat(sources.login("token3")).isEqualTo(Login.UNKNOWN);
    }
  }

  @Test
  void aNodeWithoutTokensListsNone() {
    try (TokenSources sources = sources()) {
      assertThat(sources.isEmpty()).isTrue();
      assertThat(sources.listed(KEY)).isEmpty();
    }
  }

  @Test
  void theFileOfTokensIsReadAgain() throws IOException {
    Files.writeString(tokens, "old-token\n");
    environment.put("AUTH_TOKENS_FILE", tokens.toString());
    try (TokenSources sources = sources()) {
      replace(tokens, "old-token, new-token\r\n");
      sources.look();
      assertThat(sources.listed(KEY))
          .extracting(ListedToken::hash)
          .containsExactly(hash("old-token"), hash("new-token"));
      Files.delete(tokens);
      sources.look();
      assertThat(sources.isFailing()).isTrue();
      assertThat(sources.listed(KEY)).hasSize(2);
      replace(tokens, "new-token");
      sources.look();
      assertThat(sources.isFailing()).isFalse();
      assertThat(sources.listed(KEY))
          .extracting(ListedToken::hash)
          .containsExactly(hash("new-token"));
    }
  }

  /** As Kubernetes changes what it mounts. */
  @Test
  void aFileBehindALinkMayBeSwapped() throws IOException {
    Path first = Files.createDirectory(folder.resolve("..2026_1"));
    Path second = Files.createDirectory(folder.resolve("..2026_2"));
    Files.writeString(first.resolve("tokens"), "one");
    Files.writeString(second.resolve("tokens"), "two");
    Path data = Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
    Path link = Files.createSymbolicLink(folder.resolve("linked"), Path.of("..data/tokens"));
    environment.put("AUTH_TOKENS_FILE", link.toString());
    try (TokenSources sources = sources()) {
      Path next = Files.createSymbolicLink(folder.resolve("..next"), second.getFileName());
      Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      sources.look();
      assertThat(sources.listed(KEY)).extracting(ListedToken::hash).containsExactly(hash("two"));
    }
  }

  @Test
  void tokensOfAReferenceAreReadAgain() throws IOException {
    Files.writeString(tokens, "ada:the-token-of-ada\n\n bob:the-token-of-bob\n");
    environment.put("FLASHQ_AUTH_TOKENS", "file:" + tokens);
    environment.put("AUTH_TOKENS", "env:PLAIN");
    environment.put("PLAIN", "token1,the-token-of-ada");
    try (TokenSources sources = sources()) {
      assertThat(sources.isEmpty()).isFalse();
      assertThat(names(sources)).startsWith("ada", "bob").hasSize(3);
      replace(tokens, "ada:another-of-ada");
      sources.look();
      assertThat(sources.listed(KEY))
          .extracting(ListedToken::hash)
          .containsExactly(hash("another-of-ada"), hash("token1"), hash("the-token-of-ada"));
      for (String bad : new String[] {"ada:short", "system:another-of-ada", "", ",\n"}) {
        replace(tokens, bad);
        sources.look();
        assertThat(sources.isFailing()).isTrue();
        assertThat(sources.listed(KEY)).hasSize(3);
      }
    }
  }

  @Test
  void aReferenceThatListsNoTokensIsNoStart() throws IOException {
    environment.put("FLASHQ_AUTH_TOKENS", "file:" + tokens);
    assertThatThrownBy(this::sources).hasMessage("There is no file " + tokens);
    for (String bad : new String[] {"", ",", "system:a-secret", "a b:a-secret-token"}) {
      Files.writeString(tokens, bad + "\n");
      assertThatThrownBy(this::sources)
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith(tokens + " cannot be used: expected: ")
          .hasMessageNotContaining("a-secret");
    }
    environment.put("FLASHQ_AUTH_TOKENS", "env:NONE");
    assertThatThrownBy(this::sources)
        .isInstanceOf(UnavailableSecretException.class)
        .hasMessageStartingWith("The secret env:NONE cannot be read: ");
    environment.put("NONE", ",");
    environment.put("FLASHQ_AUTH_TOKENS", "");
    environment.put("AUTH_TOKENS", "env:NONE");
    assertThatThrownBy(this::sources)
        .hasMessage("env:NONE cannot be used: expected: at least one token");
  }

  private static void replace(Path file, String text) throws IOException {
    Path next = file.resolveSibling("next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void permissionsAreThoseOfTheFirstEntryOfAToken() throws IOException {
    Files.writeString(
        permissions,
        """
        [{"name":"web","token":"t1","queues":["jobs:*"],"operations":["push","getJob"]},
         {"token":"t1","queues":["*"],"operations":["*"]},
         {"token":"t2","queues":["*"],"operations":["*"]}]
        """);
    environment.put("AUTH_PERMISSIONS_FILE", permissions.toString());
    environment.put("AUTH_TOKENS", "t1,t3");
    try (TokenSources sources = sources()) {
      assertThat(sources.listed(KEY))
          .extracting(ListedToken::hash)
          .containsExactly(hash("t1"), hash("t2"), hash("t3"));
      assertThat(sources.listed(KEY).getFirst())
          .isEqualTo(
              new ListedToken(
                  hash("t1"),
                  "web",
                  List.of(
                      new Permission(
                          List.of("jobs:*"), List.of(Operation.PUSH, Operation.GET_JOB), false))));
      // Before the cluster knows permissions, such a token would be more than it is.
      assertThat(sources.login("t1")).isEqualTo(Login.UNAVAILABLE);
      assertThat(sources.login("t2")).isInstanceOf(Login.Known.class);
    }
  }

  @Test
  void saysWhatIsWrongWithAFileAtTheStart() throws IOException {
    environment.put("AUTH_PERMISSIONS_FILE", permissions.toString());
    refuses("There is no file");
    for (String[] wrong :
        new String[][] {
          {"{", "no JSON array of permissions"},
          {"[{\"token\":\"t\",\"queues\":[],\"operations\":[\"*\"]}]", "has queues and operations"},
          {"[{\"token\":\"t\",\"queues\":[\"a\"],\"operations\":[\"fly\"]}]", "no operation 'fly'"},
          {"[{\"queues\":[\"a\"],\"operations\":[\"*\"]}]", "has a token"},
          {
            "[{\"name\":\"system\",\"token\":\"t\",\"queues\":[\"a\"],\"operations\":[\"*\"]}]",
            "a name"
          },
          {"[{\"tokn\":\"t\"}]", "no fields but name, token"},
          {"[{\"a-secret\":{\"queues\":[\"a\"]}}]", "no fields but name, token"},
          {"[{\"token\":\"a-secret\" \"queues\":[\"a\"]}]", "no JSON array of permissions"},
          {"[" + "[".repeat(10_000), "no JSON array of permissions"}
        }) {
      Files.writeString(permissions, wrong[0]);
      refuses(wrong[1]);
    }
  }

  private void refuses(String sentence) {
    assertThatThrownBy(this::sources)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(permissions.toString())
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("\"t\"")
        .hasMessageNotContaining("a-secret");
  }
}
