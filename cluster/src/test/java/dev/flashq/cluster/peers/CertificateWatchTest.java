package dev.flashq.cluster.peers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.cluster.schedule.VirtualTime;
import dev.flashq.security.DevelopmentCa;
import dev.flashq.security.PeerCertificates;
import dev.flashq.security.PeerCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates are looked at once an hour, and whoever must act hears of it. */
class CertificateWatchTest {
  private static final Instant MADE = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  private final VirtualTime time = new VirtualTime();
  private final List<String> warnings = new ArrayList<>();
  private Instant began = MADE;

  private PeerCertificates files =
      new PeerCertificates(Path.of("unset"), Path.of("unset"), Path.of("unset"));

  @BeforeEach
  void certificates() {
    began = MADE.minusMillis(time.now());
    files = issue(MADE);
  }

  @Test
  void remindsOnceADayInTheLastThirtyDays() {
    beginAt(files.expiresAt().minus(Duration.ofDays(31)));
    CertificateWatch watch = watch();

    pass(Duration.ofDays(1));
    assertThat(warnings).isEmpty();

    pass(Duration.ofDays(3));
    assertThat(warnings)
        .hasSize(3)
        .allMatch(warning -> warning.contains("ends on " + files.expiresAt()));
    assertThat(watch.expiresSeconds()).isEqualTo(Duration.ofDays(27).toSeconds());
  }

  @Test
  void remindsOfOneThatHasEnded() {
    beginAt(files.expiresAt().minus(Duration.ofMinutes(90)));
    CertificateWatch watch = watch();

    pass(Duration.ofDays(1).plusHours(1));

    assertThat(warnings).hasSize(2);
    assertThat(warnings.getLast()).contains("has ended on " + files.expiresAt());
    assertThat(watch.expiresSeconds()).isEqualTo(-Duration.ofDays(1).minusMinutes(30).toSeconds());
  }

  @Test
  void takesUpNewFilesWithinAnHour() throws IOException {
    beginAt(files.expiresAt().minus(Duration.ofDays(10)));
    CertificateWatch watch = watch();
    Files.delete(files.certificate());
    Files.delete(files.key());
    Instant later = issue(now()).expiresAt();

    pass(Duration.ofHours(1));

    assertThat(watch.expiresSeconds()).isEqualTo(Duration.between(now(), later).toSeconds());
    pass(Duration.ofDays(3));
    assertThat(warnings).hasSize(1);
  }

  @Test
  void tellsOncePerChangeOfFilesThatCannotBeUsed() throws IOException {
    byte[] good = Files.readAllBytes(files.certificate());
    watch();
    Files.writeString(files.certificate(), "bad");

    pass(Duration.ofDays(2));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(files.certificate() + " is not a certificate in PEM form");

    Files.writeString(files.certificate(), "bad again");
    pass(Duration.ofDays(1));
    assertThat(warnings).hasSize(2);

    Files.write(files.certificate(), good);
    pass(Duration.ofDays(1));
    assertThat(warnings).hasSize(2);
  }

  @Test
  void doesNotRemindOfWhatTheDevelopmentCaRenews() {
    beginAt(files.expiresAt().minus(Duration.ofDays(31)));
    var ca = new DevelopmentCa(folder, this::now);
    new CertificateWatch(
            new PeerCredentials(() -> ca.certificatesOf("n1", List.of()), now()),
            time,
            () -> now().toEpochMilli(),
            warnings::add)
        .start();

    pass(Duration.ofDays(2));

    assertThat(warnings).isEmpty();
    assertThat(files.expiresAt()).isAfter(now().plus(Duration.ofDays(300)));
  }

  private CertificateWatch watch() {
    var watch =
        new CertificateWatch(
            new PeerCredentials(files, now()), time, () -> now().toEpochMilli(), warnings::add);
    watch.start();
    time.settle();
    return watch;
  }

  private PeerCertificates issue(Instant now) {
    return new DevelopmentCa(folder, InstantSource.fixed(now)).certificatesOf("n1", List.of());
  }

  private void beginAt(Instant now) {
    began = now.minusMillis(time.now());
  }

  private Instant now() {
    return began.plusMillis(time.now());
  }

  private void pass(Duration duration) {
    time.pass(duration.toMillis());
  }
}
