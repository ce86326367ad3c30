package dev.flashq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.security.PeerCredentials.Refresh.Replaced;
import dev.flashq.security.PeerCredentials.Refresh.Unchanged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevelopmentCaTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path temporary;
  private Path folder = Path.of("unset");
  private DevelopmentCa ca = new DevelopmentCa(folder, InstantSource.fixed(NOW));

  @BeforeEach
  void inAFolderOfItsOwn() {
    folder = temporary.resolve("certs");
    ca = at(NOW);
  }

  @Test
  void makesCertificatesThatANodeCanStartWith() {
    PeerCertificates node = ca.certificatesOf("node-1", List.of("10.1.2.3", "queue.example"));

    assertThat(node.validate(NOW)).isSameAs(node);
    assertThat(node.hosts())
        .containsExactlyInAnyOrder("node-1", "localhost", "127.0.0.1", "10.1.2.3", "queue.example");
  }

  @Test
  void givesTheSameCertificateTheNextTime() throws IOException {
    PeerCertificates first = ca.certificatesOf("node-1", List.of());
    String before = Files.readString(first.certificate());

    PeerCertificates second =
        at(NOW.plus(Duration.ofDays(200))).certificatesOf("node-1", List.of());

    assertThat(second).isEqualTo(first);
    assertThat(Files.readString(second.certificate())).isEqualTo(before);
  }

  @Test
  void keepsEverythingReadableByTheOwnerAlone() throws IOException {
    PeerCertificates node = ca.certificatesOf("node-1", List.of());

    for (Path file :
        List.of(node.ca(), node.certificate(), node.key(), folder.resolve("ca-key.pem"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void replacesACertificateThatEndsSoon() {
    ca.certificatesOf("node-1", List.of());
    Instant later = NOW.plus(Duration.ofDays(350));

    PeerCertificates renewed = at(later).certificatesOf("node-1", List.of());

    assertThat(renewed.expiresAt()).isAfter(later.plus(Duration.ofDays(300)));
  }

  @Test
  void renewsTheCertificateOfARunningNodeInItsLastThirtyDays() {
    var now = new AtomicReference<>(NOW);
    var moving = new DevelopmentCa(folder, now::get);
    var node = new PeerCredentials(() -> moving.certificatesOf("node-1", List.of()), NOW);
    Instant end = node.expiresAt();

    Instant early = end.minus(Duration.ofDays(30));
    now.set(early);
    assertThat(node.refresh(early)).isEqualTo(new Unchanged());

    Instant due = early.plusSeconds(1);
    now.set(due);
    assertThat(node.refresh(due)).isInstanceOf(Replaced.class);
    assertThat(node.expiresAt()).isAfter(end.plus(Duration.ofDays(300)));
  }

  @Test
  void keepsTheCertificateOfANodeWithAnAddressOfIpv6() throws IOException {
    PeerCertificates node = ca.certificatesOf("node-1", List.of("::1", "2001:DB8::7"));
    String before = Files.readString(node.certificate());

    var _ = ca.certificatesOf("node-1", List.of("2001:db8:0::7", "::1"));

    assertThat(Files.readString(node.certificate())).isEqualTo(before);
    assertThat(node.hosts()).contains("0:0:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:7");
  }

  @Test
  void keepsTheKeyWhenItRenews() throws IOException {
    PeerCertificates node = ca.certificatesOf("node-1", List.of());
    String certificate = Files.readString(node.certificate());
    String key = Files.readString(node.key());

    var _ = at(NOW.plus(Duration.ofDays(350))).certificatesOf("node-1", List.of());

    assertThat(Files.readString(node.certificate())).isNotEqualTo(certificate);
    assertThat(Files.readString(node.key())).isEqualTo(key);
  }

  @Test
  void givesNodesLivesThatEndOnDifferentDays() {
    List<Instant> ends =
        Stream.of("node-1", "node-2", "node-3", "node-4", "node-5")
            .map(node -> ca.certificatesOf(node, List.of()).expiresAt())
            .toList();

    assertThat(ends)
        .doesNotHaveDuplicates()
        .allSatisfy(
            end ->
                assertThat(end)
                    .isBetween(NOW.plus(Duration.ofDays(335)), NOW.plus(Duration.ofDays(365))));
  }

  @Test
  void noCertificateOutlivesTheAuthority() throws IOException {
    Path authority = ca.certificatesOf("node-1", List.of()).ca();
    Instant end = PemFiles.certificates(authority).getFirst().getNotAfter().toInstant();
    DevelopmentCa late = at(end.minus(Duration.ofDays(20)));
    PeerCertificates node = late.certificatesOf("node-1", List.of());
    String last = Files.readString(node.certificate());

    assertThat(node.expiresAt()).isEqualTo(end);
    var _ = late.certificatesOf("node-1", List.of());
    assertThat(Files.readString(node.certificate())).isEqualTo(last);
    assertThatThrownBy(() -> at(end).certificatesOf("node-1", List.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining("has ended on " + end);
  }

  @Test
  void makesNoSecondAuthorityBesideRunningNodes() throws IOException {
    PeerCertificates node = ca.certificatesOf("node-1", List.of());
    Files.delete(node.ca());

    assertThatThrownBy(() -> ca.certificatesOf("node-1", List.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessage("There is no file " + node.ca());
  }

  @Test
  void replacesACertificateThatLacksAHost() {
    ca.certificatesOf("node-1", List.of());

    assertThat(ca.certificatesOf("node-1", List.of("10.0.0.9")).hosts()).contains("10.0.0.9");
  }

  @Test
  void servesSeveralNodesAtOnce() throws Exception {
    int nodes = 5;
    var start = new CountDownLatch(1);
    List<Future<PeerCertificates>> made = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(nodes)) {
      for (int i = 0; i < nodes; i++) {
        String id = "node-" + i;
        made.add(
            threads.submit(
                () -> {
                  start.await();
                  return at(NOW).certificatesOf(id, List.of());
                }));
      }
      start.countDown();
      for (Future<PeerCertificates> node : made) {
        node.get().validate(NOW);
      }
    }
  }

  @Test
  void goesOnAfterAStartThatWasCutOff() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("ca-key.pem"), "half a ke");

    assertThat(ca.certificatesOf("node-1", List.of()).validate(NOW)).isNotNull();
  }

  @Test
  void saysWhichFileIsBroken() throws IOException {
    ca.certificatesOf("node-1", List.of());
    Files.writeString(folder.resolve("ca.pem"), "not a certificate");

    assertThatThrownBy(() -> ca.certificatesOf("node-1", List.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining("ca.pem");
  }

  @Test
  void refusesACertificateOfAnotherCa() throws IOException {
    PeerCertificates own = ca.certificatesOf("node-1", List.of());
    PeerCertificates foreign =
        new DevelopmentCa(temporary.resolve("elsewhere"), InstantSource.fixed(NOW))
            .certificatesOf("node-1", List.of());
    Files.writeString(own.certificate(), Files.readString(foreign.certificate()));
    Files.writeString(own.key(), Files.readString(foreign.key()));

    assertThatThrownBy(() -> ca.certificatesOf("node-1", List.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining("is not signed by the authority in");
  }

  @Test
  void refusesACertificateWhoseKeyIsGone() throws IOException {
    PeerCertificates own = ca.certificatesOf("node-1", List.of());
    Files.delete(own.key());

    assertThatThrownBy(() -> ca.certificatesOf("node-1", List.of()))
        .isInstanceOf(InvalidCertificateException.class)
        .hasMessageContaining("node-1-key.pem");
  }

  private DevelopmentCa at(Instant now) {
    return new DevelopmentCa(folder, InstantSource.fixed(now));
  }
}
