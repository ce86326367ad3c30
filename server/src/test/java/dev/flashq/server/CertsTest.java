package dev.flashq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.server.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates by the command line. */
class CertsTest {
  @TempDir Path folder;

  @Test
  void makesAnAuthorityAndWhatItSigns() {
    String ca = folder.resolve("ca").toString();
    String out = folder.resolve("out").toString();
    assertThat(certs("ca", "--out", ca)).isZero();
    assertThat(certs("server", "--ca", ca, "--name", "n1", "--host", "n1,10.0.0.1", "--out", out))
        .isZero();
    assertThat(certs("client", "--ca", ca, "--name", "w1", "--days", "7", "--out", out)).isZero();
    assertThat(certs("csr", "--name", "w2", "--out", out)).isZero();
    String request = folder.resolve("out/w2-request.pem").toString();
    assertThat(
            certs(
                "sign", "--ca", ca, "--csr", request, "--as", "client", "--name", "w2", "--out",
                out))
        .isZero();

    assertThat(folder.resolve("out"))
        .isDirectoryContaining("glob:**/n1.pem")
        .isDirectoryContaining("glob:**/n1-key.pem")
        .isDirectoryContaining("glob:**/w1.pem")
        .isDirectoryContaining("glob:**/w2.pem");
    assertThat(certs("ca", "--out", ca)).isEqualTo(Main.EXIT_FAILED);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> certs()).hasMessageContaining("usage: flashq certs ca");
    refuses("unknown certificates 'crl'", "crl");
    refuses("the option '--out' is missing", "ca");
    refuses("the option '--ca' is missing", "client", "--name", "w1", "--out", "x");
    refuses("unknown option '--host'", "ca", "--host", "h");
    refuses("expected: a number from 1 to 825", "client", "--name", "w1", "--days", "0");
    refuses("is none of server, client and peer", "sign", "--as", "king");
  }

  private static void refuses(String sentence, String... args) {
    assertThatThrownBy(() -> certs(args))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(sentence);
  }

  private static int certs(String... args) {
    return Certs.run(List.of(args));
  }
}
