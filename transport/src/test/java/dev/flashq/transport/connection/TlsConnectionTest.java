package dev.flashq.transport.connection;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Connections live and end under TLS as they do without. */
class TlsConnectionTest extends ConnectionTest {
  @TempDir static Path folder;

  @Override
  Port open(Spoken spoken, ListenerSettings settings, TransportContext context) {
    TestTls tls = new TestTls(folder);
    Entrance entrance = tls.entrance(TlsMode.REQUIRED, ClientCertificates.OFF);
    return spoken.port(settings.with(entrance), context).with(tls.sockets());
  }
}
