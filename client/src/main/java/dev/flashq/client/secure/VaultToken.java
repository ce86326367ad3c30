package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.client.TokenSource;
import dev.flashq.protocol.wire.WireException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A token out of HashiCorp Vault: logs in by AppRole and reads one field of a secret of the KV
 * engine, version 2. Vault's own token is kept as long as Vault says, and renewed by logging in
 * anew. Each request takes five seconds at most.
 */
public final class VaultToken implements TokenSource {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_ANSWER_BYTES = 1 << 20;
  private static final Pattern PATH = Pattern.compile("[a-zA-Z0-9._-]+(/[a-zA-Z0-9._-]+)+");

  private final URI address;
  private final String roleId;
  private final TokenSource secretId;
  private final String path;
  private final String field;
  private final HttpClient http;
  private @Nullable Login login;

  /** Vault's token, and until when it is good. */
  private record Login(String token, long untilNanos) {
    boolean isGood() {
      return untilNanos - System.nanoTime() > 0;
    }
  }

  private VaultToken(Builder builder, String path, String field) {
    this.address = builder.address;
    this.roleId = builder.roleId;
    this.secretId = builder.secretId;
    this.path = path;
    this.field = field;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER);
    if (builder.tls != null) {
      client.sslContext(builder.tls);
    }
    this.http = client.build();
  }

  /**
   * @param address as in {@code VAULT_ADDR}; https, or http to this machine
   * @param roleId of the AppRole
   * @param secretId of the AppRole, asked for at each login
   */
  public static Builder at(URI address, String roleId, TokenSource secretId) {
    return new Builder(address, roleId, secretId);
  }

  /** What is needed to log in. */
  public static final class Builder {
    private final URI address;
    private final String roleId;
    private final TokenSource secretId;
    private @Nullable SSLContext tls;

    private Builder(URI address, String roleId, TokenSource secretId) {
      requireAddress(address);
      this.address = address;
      this.roleId = roleId;
      this.secretId = secretId;
    }

    /** Trusts what this context trusts. */
    public Builder tls(SSLContext context) {
      tls = context;
      return this;
    }

    /** The field of the secret at a path such as {@code secret/data/flashq}. */
    public VaultToken secret(String path, String field) {
      if (!PATH.matcher(path).matches() || path.contains("..")) {
        throw new IllegalArgumentException("expected: a path such as secret/data/flashq");
      }
      return new VaultToken(this, path, field);
    }
  }

  private static void requireAddress(URI address) {
    String host = address.getHost();
    boolean good =
        host != null
            && ("https".equals(address.getScheme())
                || ("http".equals(address.getScheme()) && isThisMachine(host)));
    if (!good) {
      throw new IllegalArgumentException(
          "expected: the address of Vault, with https unless it is on this machine");
    }
  }

  private static boolean isThisMachine(String host) {
    return host.equals("localhost")
        || (host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]") && isLoopback(host));
  }

  /** Of an address in digits, which is looked up nowhere. */
  private static boolean isLoopback(String digits) {
    try {
      return InetAddress.getByName(digits).isLoopbackAddress();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Duration recheck() {
    return Duration.ofMinutes(1);
  }

  @Override
  public synchronized String token() throws IOException {
    Login before = login;
    Login good = before != null && before.isGood() ? before : logIn();
    HttpResponse<String> answer = read(good);
    if (answer.statusCode() == 403 && good == before) {
      // It has ended before its time, or was revoked.
      answer = read(logIn());
    }
    requireSuccess(answer, "reading " + path);
    // KV version 2 has the secret in data.data, beside data.metadata.
    if (object(object(json(answer), "data"), "data").get(field) instanceof String token
        && !token.isBlank()) {
      return token.strip();
    }
    throw new IOException("the secret " + path + " in Vault has no text in the field " + field);
  }

  private HttpResponse<String> read(Login as) throws IOException {
    return send(request("/v1/" + path).header("X-Vault-Token", as.token).GET().build());
  }

  private Login logIn() throws IOException {
    login = null;
    Data body = Data.of(Map.of("role_id", roleId, "secret_id", secretId.token()));
    long asked = System.nanoTime();
    HttpResponse<String> answer =
        send(
            request("/v1/auth/approle/login")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.jsonBytes()))
                .build());
    requireSuccess(answer, "logging in");
    Map<?, ?> auth = object(json(answer), "auth");
    if (auth.get("client_token") instanceof String token
        && auth.get("lease_duration") instanceof Long seconds) {
      // 0 stands for a token that does not end. It is given up a little before it ends.
      Duration lease = seconds == 0 ? Duration.ofDays(1) : Duration.ofSeconds(seconds);
      Login next = new Login(token, asked + lease.multipliedBy(9).dividedBy(10).toNanos());
      login = next;
      return next;
    }
    throw new IOException("Vault's answer to logging in has no token");
  }

  private HttpRequest.Builder request(String rest) {
    String base = address.toString().replaceAll("/+$", "");
    return HttpRequest.newBuilder(URI.create(base + rest)).timeout(TIMEOUT);
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), MAX_ANSWER_BYTES));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking Vault");
    } catch (IOException e) {
      throw new IOException("Vault does not answer: " + e.getClass().getSimpleName(), e);
    }
  }

  private static void requireSuccess(HttpResponse<String> answer, String what) throws IOException {
    int status = answer.statusCode();
    if (status != 200) {
      throw new IOException(
          (status == 403 || status == 400 ? "Vault refuses " : "Vault fails at ")
              + what
              + " with status "
              + status);
    }
  }

  private static Map<?, ?> json(HttpResponse<String> answer) throws IOException {
    try {
      if (Data.json(answer.body()).value() instanceof Map<?, ?> map) {
        return map;
      }
    } catch (WireException e) {
      // Said below, without any of the answer.
    }
    throw new IOException("Vault's answer is not an object of JSON");
  }

  private static Map<?, ?> object(Map<?, ?> in, String field) throws IOException {
    if (in.get(field) instanceof Map<?, ?> map) {
      return map;
    }
    throw new IOException("Vault's answer has no object '" + field + "'");
  }
}
