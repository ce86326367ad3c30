package dev.flashq.server.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.AuditStanding;
import dev.flashq.statemachine.JobId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditExportTest {
  @TempDir Path folder;
  private final Trail trail = new Trail();
  private final List<String> lines = new ArrayList<>();
  private boolean broken;
  private long now = 1_000_000;
  private AuditExport export = export();

  /** A trail in memory, of which the position is that of the cluster. */
  private static final class Trail implements ExportSource {
    private final List<AuditRecord> records = new ArrayList<>();
    private final List<Long> noted = new ArrayList<>();
    private boolean leads = true;
    private long exported;

    void add(int more) {
      for (int i = 0; i < more; i++) {
        long number = records.size() + 1;
        records.add(
            new AuditRecord(
                number,
                number * 10,
                AuditAction.PUSH,
                "mail",
                List.of(new JobId(number)),
                1,
                0,
                null,
                "",
                "ada",
                "10.0.0.1"));
      }
    }

    @Override
    public boolean leads() {
      return leads;
    }

    @Override
    public AuditStanding standing() {
      return new AuditStanding(records.size(), null, 0, 0, 0, null, exported, exported * 10);
    }

    @Override
    public List<AuditRecord> records(long fromMs, long after) {
      return records.stream()
          .filter(record -> record.atMs() >= fromMs && record.number() > after)
          .limit(3)
          .toList();
    }

    @Override
    public void exported(AuditRecord last) {
      exported = last.number();
      noted.add(last.number());
    }
  }

  private AuditExport export() {
    return new AuditExport(trail, this::write, () -> now);
  }

  private void write(byte[] text) throws IOException {
    if (broken) {
      throw new IOException("no space left");
    }
    lines.addAll(new String(text, UTF_8).lines().toList());
  }

  @AfterEach
  void close() {
    export.close();
  }

  private void look(long afterMs) {
    now += afterMs;
    export.look();
  }

  private List<Integer> numbers() {
    return lines.stream()
        .map(line -> Integer.valueOf(line.replaceAll("\\{\"number\":(\\d+),.*", "$1")))
        .toList();
  }

  @Test
  void writesEachRecordOnALineAndNotesThePositionOnceASecond() {
    trail.add(7);
    look(0);
    assertThat(lines)
        .hasSize(7)
        .first()
        .isEqualTo(
            "{\"number\":1,\"timestamp\":\"1970-01-01T00:00:00.010Z\",\"action\":\"push\","
                + "\"queue\":\"mail\",\"jobId\":\"1\",\"userId\":\"ada\",\"ip\":\"10.0.0.1\","
                + "\"success\":true,\"details\":{\"count\":1}}");
    assertThat(trail.noted).containsExactly(7L);
    trail.add(1);
    look(200);
    trail.add(1);
    look(200);
    assertThat(numbers()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(trail.noted).containsExactly(7L);
    look(1000);
    look(1000);
    assertThat(trail.noted).containsExactly(7L, 9L);
  }

  @Test
  void triesAgainWhatCouldNotBeWrittenAndLeavesNothingOut() {
    broken = true;
    trail.add(2);
    look(0);
    look(1000);
    assertThat(export.isFailing()).isTrue();
    assertThat(export.behind()).isEqualTo(2);
    assertThat(trail.noted).isEmpty();
    broken = false;
    look(10);
    assertThat(lines).isEmpty();
    look(1000);
    assertThat(numbers()).containsExactly(1, 2);
    assertThat(export.isFailing()).isFalse();
    assertThat(export.behind()).isZero();
  }

  @Test
  void anotherLeaderGoesOnWhereTheClusterKnowsAtLeast() {
    trail.add(2);
    look(0);
    trail.add(2);
    look(10);
    export = export();
    export.look();
    assertThat(numbers()).containsExactly(1, 2, 3, 4, 3, 4);
  }

  @Test
  void whoDoesNotLeadWritesNothing() {
    trail.leads = false;
    trail.add(2);
    look(0);
    assertThat(lines).isEmpty();
    trail.leads = true;
    look(0);
    trail.leads = false;
    look(0);
    trail.exported = 1;
    trail.leads = true;
    look(0);
    assertThat(numbers()).containsExactly(1, 2, 2);
  }

  @Test
  void aFileGrowsByWholeLines() throws IOException {
    Path file = folder.resolve("audit.jsonl");
    ExportTarget target = ExportTarget.of(file);
    target.write("one\n".getBytes(UTF_8));
    target.write("two\n".getBytes(UTF_8));
    assertThat(Files.readString(file)).isEqualTo("one\ntwo\n");
    Files.writeString(file, "one\ntw");
    target.write("two\n".getBytes(UTF_8));
    assertThat(Files.readString(file)).isEqualTo("one\ntw\ntwo\n");
    Files.move(file, folder.resolve("old"));
    target.write("three\n".getBytes(UTF_8));
    assertThat(Files.readString(file)).isEqualTo("three\n");
  }

  @Test
  void aFullDiskIsSaid() {
    ExportTarget full = ExportTarget.of(Path.of("/dev/full"));
    assertThatThrownBy(() -> full.write("one\n".getBytes(UTF_8))).isInstanceOf(IOException.class);
    ExportTarget nowhere = ExportTarget.of(folder.resolve("missing").resolve("audit.jsonl"));
    assertThatThrownBy(() -> nowhere.write("one\n".getBytes(UTF_8)))
        .isInstanceOf(IOException.class);
  }
}
