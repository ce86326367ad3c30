package dev.flashq.transport.connection;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a client of TLS does not read stays as bounded as without. */
class TlsBackPressureTest extends BackPressureTest {
  @TempDir static Path folder;

  @Override
  Port open(ListenerSettings settings, TransportContext shared) {
    TestTls tls = new TestTls(folder);
    Entrance entrance = tls.entrance(TlsMode.REQUIRED, ClientCertificates.OFF);
    return Spoken.HTTP.port(settings.with(entrance), shared).with(tls.sockets());
  }

  /** Fewer, because a test's JVM does not compile to the instructions of AES. */
  @Override
  int requests() {
    return 50;
  }
}
