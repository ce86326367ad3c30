package dev.flashq.statemachine.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Inspection;
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
    var principals = new Table<Principal>();
    var clients = new Table<String>();
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
              .setPrincipal(principals.index(submission.principal()));
      RequestId id = submission.requestId();
      if (id != null) {
        logged
            .setClient(1 + clients.index(id.client()))
            .setClientSequence(id.sequence())
            .setClientSettled(id.settled());
      }
      if (submission.inspection().version() != 0) {
        logged.setInspection(DataCodec.encode(submission.inspection()));
      }
      entry.addCommands(CommandCodec.encode(submission.command(), logged));
    }
    principals.values.forEach(principal -> entry.addPrincipals(principal.name()));
    addSenders(principals.values, entry);
    return entry.addAllClients(clients.values).build().toByteString();
  }

  /** Up to the last of whom more is known than the name. */
  private static void addSenders(List<Principal> principals, LogProto.LogEntry.Builder entry) {
    int end = principals.size();
    while (end > 0 && isNameOnly(principals.get(end - 1))) {
      end--;
    }
    for (Principal principal : principals.subList(0, end)) {
      var sender = LogProto.Sender.newBuilder().setCredential(principal.credential());
      if (principal.address() != null) {
        sender.setAddress(principal.address());
      }
      entry.addSenders(sender);
    }
  }

  private static boolean isNameOnly(Principal principal) {
    return principal.credential() == 0 && principal.address() == null;
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
    List<Principal> principals = principals(entry);
    var queues = new QueueNames();
    var submissions = new ArrayList<Submission>(entry.getCommandsCount());
    for (LogProto.LoggedCommand logged : entry.getCommandsList()) {
      submissions.add(
          new Submission(
              of(principals, logged.getPrincipal()),
              requestId(logged, entry.getClientsList()),
              CommandCodec.decode(logged, queues),
              logged.hasInspection() ? DataCodec.decode(logged.getInspection()) : Inspection.NONE));
    }
    return new Entry(
        new EntryHeader(
            Form.name(entry.getNode()), entry.getBoot(), entry.getSequence(), entry.getSettled()),
        submissions,
        Form.millis(entry.getProposedAtMs()));
  }

  private static List<Principal> principals(LogProto.LogEntry entry) {
    var principals = new ArrayList<Principal>(entry.getPrincipalsCount());
    for (int i = 0; i < entry.getPrincipalsCount(); i++) {
      String name = entry.getPrincipals(i);
      if (i < entry.getSendersCount()) {
        LogProto.Sender sender = entry.getSenders(i);
        String address = sender.getAddress();
        principals.add(
            new Principal(name, sender.getCredential(), address.isEmpty() ? null : address));
      } else {
        principals.add(new Principal(name));
      }
    }
    return principals;
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

  private static final class Table<T> {
    private final Map<T, Integer> indexes = new LinkedHashMap<>();
    private final List<T> values = new ArrayList<>();

    int index(T value) {
      Integer known = indexes.putIfAbsent(value, values.size());
      if (known != null) {
        return known;
      }
      values.add(value);
      return values.size() - 1;
    }
  }
}
