package dev.flashq.transport.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.flashq.transport.http.HttpServer;
import dev.flashq.transport.http.OpsEndpoints;
import dev.flashq.transport.tcp.TcpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is spoken at a port: as much of each protocol as stories about connections need. */
enum Spoken {
  TCP {
    @Override
    Port port(ListenerSettings settings, TransportContext context) {
      TcpServer server = new TcpServer(settings, context);
      return new Port(server.start(), server::connections, server);
    }

    @Override
    ListenerSettings settings(InetSocketAddress address) {
      return TcpServer.at(address);
    }

    @Override
    String push(String data) {
      return "{\"cmd\":\"PUSH\",\"queue\":\"q\",\"data\":\"" + data + "\"}\n";
    }

    @Override
    String pull(long waitMs) {
      return "{\"cmd\":\"PULLB\",\"queue\":\"q\",\"count\":1,\"timeout\":" + waitMs + "}\n";
    }

    @Override
    String job(long id) {
      return "{\"cmd\":\"GETJOB\",\"id\":" + id + "}\n";
    }

    @Override
    String count() {
      return "{\"cmd\":\"COUNT\",\"queue\":\"q\"}\n";
    }

    @Override
    String wrongToken() {
      return "{\"cmd\":\"AUTH\",\"token\":\"wrong\"}\n";
    }

    @Override
    String beginOfPush(int bytes) {
      return push("x".repeat(bytes)).substring(0, bytes);
    }

    @Override
    @Nullable String answer(InputStream in) throws IOException {
      return line(in);
    }
  },

  HTTP {
    @Override
    Port port(ListenerSettings settings, TransportContext context) {
      HttpServer server = new HttpServer(settings, context, OpsEndpoints.NONE);
      return new Port(server.start(), server::connections, server);
    }

    @Override
    ListenerSettings settings(InetSocketAddress address) {
      return HttpServer.at(address);
    }

    @Override
    String push(String data) {
      String body = "{\"data\":\"" + data + "\"}";
      return head(body.length()) + body;
    }

    private String head(int length) {
      return "POST /queues/q/jobs HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Override
    String pull(long waitMs) {
      return "GET /queues/q/jobs?timeout=" + waitMs + " HTTP/1.1\r\n\r\n";
    }

    @Override
    String job(long id) {
      return "GET /jobs/" + id + " HTTP/1.1\r\n\r\n";
    }

    @Override
    String count() {
      return "GET /queues/q/count HTTP/1.1\r\n\r\n";
    }

    @Override
    String wrongToken() {
      return "GET /stats HTTP/1.1\r\nAuthorization: Bearer wrong\r\n\r\n";
    }

    @Override
    String beginOfPush(int bytes) {
      return head(bytes + 1) + "x".repeat(bytes);
    }

    @Override
    @Nullable String answer(InputStream in) throws IOException {
      String status = line(in);
      if (status == null) {
        return null;
      }
      int length = 0;
      for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
        String name = "content-length: ";
        if (header.toLowerCase(Locale.ROOT).startsWith(name)) {
          length = Integer.parseInt(header.substring(name.length()));
        }
      }
      return status + ' ' + new String(in.readNBytes(length), US_ASCII);
    }
  };

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  abstract Port port(ListenerSettings settings, TransportContext context);

  /** How the port is served when nobody says otherwise. */
  abstract ListenerSettings settings(InetSocketAddress address);

  abstract String push(String data);

  abstract String pull(long waitMs);

  abstract String job(long id);

  abstract String count();

  abstract String wrongToken();

  /** So many bytes of a push whose end never comes. */
  abstract String beginOfPush(int bytes);

  /** Reads the next answer; null at the end. */
  abstract @Nullable String answer(InputStream in) throws IOException;

  private static @Nullable String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }
}
