package dev.flashq.statemachine.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.RequestId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Entries of the replicated log to bytes and back. */
public final class EntryCodec {
  /** The format that this code writes. */
  public static final int FORMAT = 1;

  private EntryCodec() {}

  /** An entry without its time, which the leader stamps on with {@link #stamp}. */
  public static ByteString encode(EntryHeader header, List<Submission> submissions) {
    var principals = new Table();
    var clients = new Table();
    var entry =
        LogProto.LogEntry.newBuilder()
            .setFormat(FORMAT)
            .setNode(header.node())
            .setBoot(header.boot())
            .setSequence(header.sequence())
            .setSettled(header.settled());
    for (Submission submission : submissions) {
      var logged =
          LogProto.LoggedCommand.newBuilder()
              .setPrincipal(principals.index(submission.principal().name()));
      RequestId id = submission.requestId();
      if (id != null) {
        logged
            .setClient(1 + clients.index(id.client()))
            .setClientSequence(id.sequence())
            .setClientSettled(id.settled());
      }
      entry.addCommands(CommandCodec.encode(submission.command(), logged));
    }
    return entry
        .addAllPrincipals(principals.names)
        .addAllClients(clients.names)
        .build()
        .toByteString();
  }

  /** Adds the leader's time behind an entry's bytes; a later stamp replaces an earlier one. */
  public static ByteString stamp(ByteString entry, long proposedAtMs) {
    byte[] stamp =
        new byte
            [CodedOutputStream.computeInt64Size(
                LogProto.LogEntry.PROPOSED_AT_MS_FIELD_NUMBER, proposedAtMs)];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(stamp);
      out.writeInt64(LogProto.LogEntry.PROPOSED_AT_MS_FIELD_NUMBER, proposedAtMs);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entry.concat(ByteString.copyFrom(stamp));
  }

  /**
   * Reads an entry; payloads share its bytes. Fails on bytes that no version of this code has
   * written, and asks no rules: whatever it answers can be applied.
   */
  public static Entry decode(ByteString bytes) {
    LogProto.LogEntry entry = parse(bytes);
    if (entry.getFormat() != FORMAT) {
      throw new IllegalStateException(
          "log entry of format " + entry.getFormat() + "; this version reads " + FORMAT);
    }
    var principals = entry.getPrincipalsList().stream().map(Principal::new).toList();
    var queues = new QueueNames();
    var submissions = new ArrayList<Submission>(entry.getCommandsCount());
    for (LogProto.LoggedCommand logged : entry.getCommandsList()) {
      submissions.add(
          new Submission(
              of(principals, logged.getPrincipal()),
              requestId(logged, entry.getClientsList()),
              CommandCodec.decode(logged, queues)));
    }
    return new Entry(
        new EntryHeader(
            Form.name(entry.getNode()), entry.getBoot(), entry.getSequence(), entry.getSettled()),
        submissions,
        Form.millis(entry.getProposedAtMs()));
  }

  private static @Nullable RequestId requestId(
      LogProto.LoggedCommand logged, List<String> clients) {
    return logged.getClient() == 0
        ? null
        : new RequestId(
            Form.name(of(clients, logged.getClient() - 1)),
            logged.getClientSequence(),
            logged.getClientSettled());
  }

  private static <T> T of(List<T> table, int index) {
    Form.require(index >= 0 && index < table.size(), "a name that is not in its table");
    return table.get(index);
  }

  private static LogProto.LogEntry parse(ByteString bytes) {
    try {
      CodedInputStream in = bytes.newCodedInput();
      in.enableAliasing(true);
      return LogProto.LogEntry.parseFrom(in);
    } catch (IOException e) {
      throw new UncheckedIOException("unreadable log entry", e);
    }
  }

  private static final class Table {
    private final Map<String, Integer> indexes = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();

    int index(String name) {
      Integer known = indexes.putIfAbsent(name, names.size());
      if (known != null) {
        return known;
      }
      names.add(name);
      return names.size() - 1;
    }
  }
}
