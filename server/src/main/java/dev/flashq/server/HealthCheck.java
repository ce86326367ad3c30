package dev.flashq.server;

import dev.flashq.server.config.ServerConfig;
import dev.flashq.transport.connection.TlsMode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Asks the node of a configuration, on this machine, whether it is ready: for containers. */
final class HealthCheck {
  private static final int TIMEOUT_MS = 3000;

  private HealthCheck() {}

  /** What the process answers: 0 when the node is ready, else 1, with the reason on the output. */
  static int run(ServerConfig config) {
    ServerConfig.Listener listener = config.ops().orElse(config.http());
    String bind = listener.bind() + ":" + listener.port();
    try {
      var connection = connection(listener);
      connection.setConnectTimeout(TIMEOUT_MS);
      connection.setReadTimeout(TIMEOUT_MS);
      int status = connection.getResponseCode();
      System.out.println(status == 200 ? "ready" : "not ready: HTTP status " + status);
      return status == 200 ? 0 : 1;
    } catch (IOException e) {
      System.out.println("no answer on " + bind + ": " + e.getMessage());
      return 1;
    }
  }

  private static HttpURLConnection connection(ServerConfig.Listener listener) throws IOException {
    boolean encrypted = listener.tls() == TlsMode.REQUIRED;
    var connection =
        (HttpURLConnection)
            URI.create((encrypted ? "https://" : "http://") + address(listener) + "/health/ready")
                .toURL()
                .openConnection();
    if (connection instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(Anybody.sockets());
      https.setHostnameVerifier((_, _) -> true);
    }
    return connection;
  }

  /**
   * Believes whoever answers: nothing secret is said to it, and without TLS it would be believed as
   * well.
   */
  private static final class Anybody implements X509TrustManager {
    static SSLSocketFactory sockets() {
      try {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        return context.getSocketFactory();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has TLS", e);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** A node that listens on all addresses is asked on loopback. */
  private static String address(ServerConfig.Listener listener) throws UnknownHostException {
    InetAddress bind = InetAddress.getByName(listener.bind());
    String host =
        (bind.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bind).getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.port();
  }
}
