package dev.flashq.server;

import dev.flashq.server.config.ServerConfig;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** Asks the node of a configuration, on this machine, whether it is ready: for containers. */
final class HealthCheck {
  private static final int TIMEOUT_MS = 3000;

  private HealthCheck() {}

  /** What the process answers: 0 when the node is ready, else 1, with the reason on the output. */
  static int run(ServerConfig config) {
    String bind = config.http().bind() + ":" + config.http().port();
    try {
      var connection =
          (HttpURLConnection)
              URI.create("http://" + address(config.http()) + "/health/ready")
                  .toURL()
                  .openConnection();
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

  /** A node that listens on all addresses is asked on loopback. */
  private static String address(ServerConfig.Listener listener) throws UnknownHostException {
    InetAddress bind = InetAddress.getByName(listener.bind());
    String host =
        (bind.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bind).getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.port();
  }
}
