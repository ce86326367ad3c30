package dev.flashq.statemachine.log;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The log is kept for ever: every command is encoded as it was on the day it was added, and every
 * entry that was ever written can be read.
 *
 * <p>The bytes are in {@code src/test/resources/golden/log.txt}. {@code mvn -pl statemachine -am
 * test -Dtest=GoldenLogTest -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.add=true} adds those
 * of new commands; it never changes a line, and nobody else should.
 */
class GoldenLogTest {
  private static final Path FILE = Path.of("src/test/resources/golden/log.txt");

  private final Map<String, Command> samples = GoldenCommands.byName();

  @Test
  void everyCommandHasGoldenBytes() throws IOException {
    if (Boolean.getBoolean("golden.add")) {
      addMissing();
    }
    var kinds =
        Arrays.stream(Command.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(toCollection(TreeSet::new));
    var golden =
        golden().keySet().stream()
            .map(name -> name.replaceFirst("/.*", ""))
            .collect(toCollection(TreeSet::new));
    assertThat(golden).isEqualTo(kinds);
    assertThat(samples.keySet()).isEqualTo(golden().keySet());
  }

  @Test
  void aCommandHasTheNumberOfItsField() {
    samples.forEach(
        (name, command) ->
            assertThat(CommandNumbers.of(command))
                .as(name)
                .isEqualTo(
                    CommandCodec.encode(command, LogProto.LoggedCommand.newBuilder())
                        .getBodyCase()
                        .getNumber()));
  }

  @Test
  void encodesAsEver() throws IOException {
    for (Map.Entry<String, String> line : golden().entrySet()) {
      assertThat(hex(encode(line.getKey()))).as(line.getKey()).isEqualTo(line.getValue());
    }
  }

  @Test
  void readsWhatWasEverWritten() throws IOException {
    for (Map.Entry<String, String> line : golden().entrySet()) {
      assertThat(EntryCodec.decode(bytes(line.getValue())))
          .as(line.getKey())
          .isEqualTo(
              new Entry(
                  GoldenCommands.HEADER,
                  List.of(submission(line.getKey())),
                  GoldenCommands.PROPOSED_AT_MS));
    }
  }

  @Test
  void theLastStampCounts() {
    ByteString stamped = EntryCodec.stamp(encode("CancelJob"), 42);
    assertThat(EntryCodec.decode(stamped).proposedAtMs()).isEqualTo(42);
    assertThat(EntryCodec.decode(EntryCodec.stamp(stamped, 41)).proposedAtMs()).isEqualTo(41);
  }

  @Test
  void ignoresFieldsThatItDoesNotKnow() throws IOException {
    var unknown =
        UnknownFieldSet.newBuilder()
            .addField(1000, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
            .build();
    LogProto.LogEntry entry = LogProto.LogEntry.parseFrom(encode("PushJobs"));
    var command = entry.getCommands(0).toBuilder().setUnknownFields(unknown);
    ByteString later =
        entry.toBuilder().setCommands(0, command).setUnknownFields(unknown).build().toByteString();
    assertThat(EntryCodec.decode(later)).isEqualTo(EntryCodec.decode(encode("PushJobs")));
  }

  @Test
  void refusesWhatItCannotUnderstand() throws IOException {
    LogProto.LogEntry entry = LogProto.LogEntry.parseFrom(encode("UpdateJob"));
    refused(entry.toBuilder().setFormat(2).build(), "of format 2");
    refused(entry.toBuilder().clearFormat().build(), "of format 0");
    refused(
        entry.toBuilder().setCommands(0, entry.getCommands(0).toBuilder().clearBody()).build(),
        "a command that this version does not know");
    var update = entry.getCommands(0).getUpdateJob();
    for (int unknown : new int[] {dev.flashq.statemachine.Payload.Encoding.TEXT.number(), 4}) {
      refused(
          entry.toBuilder()
              .setCommands(
                  0,
                  entry.getCommands(0).toBuilder()
                      .setUpdateJob(
                          update.toBuilder()
                              .setData(update.getData().toBuilder().setEncodingValue(unknown))))
              .build(),
          "an encoding that this version does not know");
    }
    assertThatThrownBy(() -> EntryCodec.decode(ByteString.copyFromUtf8("not an entry")))
        .hasMessageContaining("unreadable log entry");
  }

  private static void refused(LogProto.LogEntry entry, String why) {
    assertThatThrownBy(() -> EntryCodec.decode(entry.toByteString()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(why);
  }

  @Test
  void readsTheFieldsInAnyOrder() throws InvalidProtocolBufferException {
    ByteString entry = encode("CancelJob");
    LogProto.LogEntry parsed = LogProto.LogEntry.parseFrom(entry);
    ByteString commandsFirst =
        LogProto.LogEntry.newBuilder()
            .addCommands(parsed.getCommands(0))
            .build()
            .toByteString()
            .concat(parsed.toBuilder().clearCommands().build().toByteString());
    assertThat(EntryCodec.decode(commandsFirst)).isEqualTo(EntryCodec.decode(entry));
  }

  private ByteString encode(String name) {
    return EntryCodec.stamp(
        EntryCodec.encode(GoldenCommands.HEADER, List.of(submission(name))),
        GoldenCommands.PROPOSED_AT_MS);
  }

  private Submission submission(String name) {
    Command command = requireNonNull(samples.get(name), () -> "no sample of " + name);
    return new Submission(GoldenCommands.PRINCIPAL, GoldenCommands.REQUEST_ID, command);
  }

  private static Map<String, String> golden() throws IOException {
    var golden = new TreeMap<String, String>();
    for (String line : Files.readAllLines(FILE)) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" ", 2);
        golden.put(parts[0], parts[1]);
      }
    }
    return golden;
  }

  private void addMissing() throws IOException {
    var lines = new java.util.ArrayList<>(Files.readAllLines(FILE));
    var known = golden().keySet();
    for (String name : samples.keySet()) {
      if (!known.contains(name)) {
        lines.add(name + " " + hex(encode(name)));
      }
    }
    Files.write(FILE, lines);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
