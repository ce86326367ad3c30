package dev.flashq.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.flashq.launcher.LocalNode;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Everything that goes wrong with secrets: requests that are none, and the wrong ports. */
final class SecretMisuse {
  private final PlantedSecrets secrets;

  SecretMisuse(PlantedSecrets secrets) {
    this.secrets = secrets;
  }

  void provoke(LocalNode node) throws IOException {
    String auth = "{\"cmd\":\"AUTH\",\"token\":\"" + PlantedSecrets.WRONG + "\"";
    for (String sent :
        List.of(
            auth + "}\n",
            auth + "\n",
            auth + ",\"x\":{]}\n",
            auth + ",\"token\":\"" + PlantedSecrets.ADMIN + "\",}\n",
            "{\"cmd\":\"AUTH\",\"token\":[\"" + PlantedSecrets.WRONG + "\"]}\n",
            "{\"cmd\":\"AUTH\",\"token\":\"" + (PlantedSecrets.WRONG + " ").repeat(1_000) + "\"}\n",
            "{\"cmd\":\"PUSH\",\"queue\":\"mail\",\"data\":\"" + PlantedSecrets.DATA + "\"}\n",
            PlantedSecrets.WRONG + "\n",
            "\u0016\u0003\u0001" + auth + PlantedSecrets.WRONG.repeat(10) + "\n",
            "\0\0\0\u0040" + auth + "}" + PlantedSecrets.WRONG + PlantedSecrets.WRONG)) {
      try (Socket socket = SecretTalk.plain(node)) {
        socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
        secrets.note(node, "answer to " + sent.hashCode(), SecretTalk.rest(socket));
      }
    }
    for (String sent :
        List.of(
            PlantedSecrets.WRONG + "\r\n\r\n",
            "GET /stats HTTP/9.9 " + PlantedSecrets.WRONG + "\r\n\r\n",
            "GET /stats HTTP/1.1\r\nAuthorization: Bearer "
                + PlantedSecrets.WRONG
                + "\u0001\r\n\r\n",
            "GET /stats HTTP/1.1\r\nAuthorization " + PlantedSecrets.WRONG + "\r\n\r\n",
            "\u0016\u0003\u0001 GET /stats HTTP/1.1\r\nAuthorization: Bearer "
                + PlantedSecrets.WRONG)) {
      try (Socket socket = new Socket("127.0.0.1", node.httpPort())) {
        socket.setSoTimeout(1_000);
        socket.getOutputStream().write(sent.getBytes(ISO_8859_1));
        secrets.note(node, "HTTP answer to " + sent.hashCode(), SecretTalk.rest(socket));
      }
    }
  }

  /** A client that was given the wrong port. */
  void provokePeerPort(LocalNode node) throws IOException {
    String members =
        Stream.of(Files.readString(Path.of("/proc/" + node.pid() + "/environ")).split("\0"))
            .filter(variable -> variable.startsWith("FLASHQ_CLUSTER_MEMBERS="))
            .findFirst()
            .orElseThrow();
    String port =
        SecretTalk.found(Pattern.compile(node.id() + "@127\\.0\\.0\\.1:(\\d+)/"), members);
    try (Socket socket = new Socket("127.0.0.1", Integer.parseInt(port))) {
      String sent = "{\"cmd\":\"AUTH\",\"token\":\"" + PlantedSecrets.WRONG + "\"}\n";
      socket.getOutputStream().write(sent.getBytes(UTF_8));
      secrets.note(node, "answer of the peer port", SecretTalk.rest(socket));
    }
  }
}
