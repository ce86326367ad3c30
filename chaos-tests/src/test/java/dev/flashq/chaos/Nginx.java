package dev.flashq.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An nginx with the recipe's configuration on loopback, before three nodes of this machine. */
record Nginx(Process process, int httpPort, int tcpPort) implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /**
   * @param folder for its files
   * @param certificates with {@code flashq.pem} and {@code flashq-key.pem}
   */
  static Nginx start(Recipe recipe, List<LocalNode> nodes, Path folder, Path certificates)
      throws IOException {
    Files.createDirectories(folder);
    int httpPort = freePort();
    int tcpPort = freePort();
    String second = hasIpv6() ? "[::1]:" : "127.0.0.2:";
    Recipe here =
        recipe
            .with("/run/nginx.pid", folder.resolve("nginx.pid"))
            .with("/var/log/nginx/", folder + "/")
            .with("/etc/ssl/flashq.crt", certificates.resolve("flashq.pem"))
            .with("/etc/ssl/flashq.key", certificates.resolve("flashq-key.pem"))
            .with("listen 443 ", "listen 127.0.0.1:" + httpPort + " ")
            .with("listen [::]:443 ", "listen " + second + httpPort + " ")
            .with("listen 6789 ", "listen 127.0.0.1:" + tcpPort + " ")
            .with("listen [::]:6789 ", "listen " + second + tcpPort + " ");
    for (int i = 0; i < nodes.size(); i++) {
      String host = "10.0." + (i + 1) + ".11:";
      here =
          here.with(host + "6790", "127.0.0.1:" + nodes.get(i).httpPort())
              .with(host + "6789", "127.0.0.1:" + nodes.get(i).tcpPort());
    }
    Path config = here.write(folder.resolve("nginx.conf"));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder("nginx", "-e", "stderr", "-c", config.toString(), "-g", "daemon off;")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    await().atMost(LIMIT).until(() -> !process.isAlive() || listens(httpPort) && listens(tcpPort));
    assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
    return new Nginx(process, httpPort, tcpPort);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean hasIpv6() {
    try (ServerSocket _ = new ServerSocket(0, 1, InetAddress.ofLiteral("::1"))) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean listens(int port) {
    try (Socket _ = new Socket("127.0.0.1", port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
