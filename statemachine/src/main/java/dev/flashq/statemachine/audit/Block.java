package dev.flashq.statemachine.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import dev.flashq.statemachine.state.proto.StateProto.AuditedCommand;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The records of one entry, while they are gathered, and as they are stored. */
public final class Block {
  private final Map<String, Integer> names = new LinkedHashMap<>();
  private final List<AuditedCommand> commands = new ArrayList<>();

  boolean isEmpty() {
    return commands.isEmpty();
  }

  void add(AuditedCommand command) {
    commands.add(command);
  }

  /** The place of a name, plus one; 0 for none. */
  int place(String name) {
    if (name.isEmpty()) {
      return 0;
    }
    Integer known = names.putIfAbsent(name, names.size() + 1);
    return known == null ? names.size() : known;
  }

  int records() {
    return commands.size();
  }

  /**
   * @param index of the log entry; 0: it is not said
   */
  byte[] encode(long first, long atMs, ByteString before, long index) {
    return AuditBlock.newBuilder()
        .setFirst(first)
        .setAt(atMs)
        .setBefore(before)
        .addAllNames(names.keySet())
        .addAllCommands(commands)
        .setIndex(index)
        .build()
        .toByteArray();
  }

  void clear() {
    names.clear();
    commands.clear();
  }

  /** What the next block says of this one: SHA-256. */
  public static ByteString hash(byte[] block) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(block));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static AuditBlock parse(byte[] value) {
    try {
      return AuditBlock.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable block of the audit trail", e);
    }
  }

  /** The number of the last record of a stored block. */
  static long last(byte[] value) {
    AuditBlock block = parse(value);
    return block.getFirst() + block.getCommandsCount() - 1;
  }

  /** The records of a stored block, in their order. */
  public static List<AuditRecord> records(byte[] value) {
    AuditBlock block = parse(value);
    var records = new ArrayList<AuditRecord>(block.getCommandsCount());
    for (int i = 0; i < block.getCommandsCount(); i++) {
      records.add(record(block, i));
    }
    return records;
  }

  private static AuditRecord record(AuditBlock block, int i) {
    AuditedCommand command = block.getCommands(i);
    AuditAction action = AuditAction.of(command.getAction());
    if (action == null) {
      throw new StorageException("an audit record that this version does not know");
    }
    return new AuditRecord(
        block.getFirst() + i,
        block.getAt(),
        action,
        name(block, command.getQueue()),
        jobs(command.getJobsList()),
        command.getCount(),
        command.getFailed(),
        ErrorCode.of(command.getRefused()),
        name(block, command.getSubject()),
        name(block, command.getUser()),
        name(block, command.getAddress()));
  }

  private static String name(AuditBlock block, int place) {
    return place == 0 ? "" : block.getNames(place - 1);
  }

  private static List<JobId> jobs(List<Long> differences) {
    var jobs = new ArrayList<JobId>(differences.size());
    long id = 0;
    for (long difference : differences) {
      id += difference;
      jobs.add(new JobId(id));
    }
    return jobs;
  }
}
