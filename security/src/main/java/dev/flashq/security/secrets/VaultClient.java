package dev.flashq.security.secrets;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Speaks HTTP with Vault, within limits of time and size. */
final class VaultClient implements AutoCloseable {
  private static final String TOKEN_FORM = "[A-Za-z0-9._-]{1,4096}";
  private static final int CA_BYTES = 1 << 20;

  private final URI address;
  private final String namespace;
  private final Duration limit;
  private final HttpClient http;

  VaultClient(URI address, String namespace, @Nullable SSLContext trust, Duration limit) {
    this.address = address;
    this.namespace = namespace;
    this.limit = limit;
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(limit)
            .followRedirects(HttpClient.Redirect.NEVER);
    if (trust != null) {
      client.sslContext(trust);
    }
    this.http = client.build();
  }

  static VaultClient of(SecretSettings.Vault settings) throws SecretException {
    URI address = StoreAddress.checked("vault.address", settings.address());
    if (!settings.namespace().matches("[A-Za-z0-9_./-]{0,256}")) {
      throw new SecretException("vault.namespace is no name of a namespace");
    }
    @Nullable SSLContext trust = settings.ca().isEmpty() ? null : trust(settings.ca().get());
    return new VaultClient(
        address, settings.namespace(), trust, Duration.ofSeconds(SecretSource.SECONDS));
  }

  /** Of a form that can stand in a header. */
  static boolean isToken(String text) {
    return text.matches(TOKEN_FORM);
  }

  VaultAnswer get(String path, String token) throws SecretException {
    return send(request(path, token).GET());
  }

  VaultAnswer post(String path, @Nullable String token, String json) throws SecretException {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  private HttpRequest.Builder request(String path, @Nullable String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + "/v1/" + path))
            .header("X-Vault-Request", "true");
    if (token != null) {
      request.header("X-Vault-Token", token);
    }
    if (!namespace.isEmpty()) {
      request.header("X-Vault-Namespace", namespace);
    }
    return request;
  }

  /** The client's own limit of time ends with the headers; this one takes the body in. */
  private VaultAnswer send(HttpRequest.Builder request) throws SecretException {
    CompletableFuture<HttpResponse<byte[]>> asked =
        http.sendAsync(
            request.build(),
            BodyHandlers.limiting(BodyHandlers.ofByteArray(), SecretSource.ANSWER_BYTES));
    try {
      HttpResponse<byte[]> answer = asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return new VaultAnswer(answer.statusCode(), answer.body());
    } catch (TimeoutException _) {
      asked.cancel(true);
      throw new SecretException("Vault has not answered within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw new SecretException("Vault does not answer: " + reason(e.getCause()));
    } catch (InterruptedException _) {
      asked.cancel(true);
      Thread.currentThread().interrupt();
      throw new SecretException("this node stops");
    }
  }

  /** The kind of failure alone: words of libraries may hold what was sent. */
  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "failure" : cause.getClass().getSimpleName();
  }

  private static SSLContext trust(Path ca) throws SecretException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      if (!Files.isRegularFile(ca) || Files.size(ca) > CA_BYTES) {
        throw new SecretException("vault.ca: there is no file " + ca + " of at most 1 MiB");
      }
      try (var in = Files.newInputStream(ca)) {
        for (Certificate authority :
            CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("ca-" + store.size(), authority);
        }
      }
      if (store.size() == 0) {
        throw new SecretException("vault.ca: " + ca + " holds no certificate in PEM form");
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException _) {
      throw new SecretException("vault.ca: " + ca + " is not a certificate in PEM form");
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
