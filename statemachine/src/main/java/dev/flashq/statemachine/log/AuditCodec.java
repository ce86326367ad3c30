package dev.flashq.statemachine.log;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.Command.NoteLogins;
import dev.flashq.statemachine.Command.NoteRead;
import dev.flashq.statemachine.Command.RefusedLogins;
import dev.flashq.statemachine.JobId;

/** What belongs to the audit trail to the messages of the log and back. */
public final class AuditCodec {
  private AuditCodec() {}

  static LogProto.NoteLogins encode(NoteLogins note) {
    var message = LogProto.NoteLogins.newBuilder();
    for (RefusedLogins refused : note.refused()) {
      message.addRefused(
          LogProto.RefusedLogins.newBuilder()
              .setAddress(refused.address())
              .setCount(refused.count()));
    }
    return message.build();
  }

  static NoteLogins decode(LogProto.NoteLogins note) {
    return new NoteLogins(
        note.getRefusedList().stream()
            .map(
                refused -> new RefusedLogins(refused.getAddress(), Math.max(0, refused.getCount())))
            .toList());
  }

  static LogProto.NoteRead encode(NoteRead note) {
    var message =
        LogProto.NoteRead.newBuilder()
            .setAction(note.action().number())
            .setQueue(note.queue() == null ? "" : note.queue().value())
            .setCount(note.count())
            .setRefused(note.refused() == null ? 0 : note.refused().number());
    note.jobs().forEach(job -> message.addJobs(job.value()));
    return message.build();
  }

  static NoteRead decode(LogProto.NoteRead note, QueueNames queues) {
    AuditAction action = AuditAction.of(note.getAction());
    if (action == null || !action.isRead()) {
      throw new IllegalStateException("a question that this version does not know");
    }
    return new NoteRead(
        action,
        note.getQueue().isEmpty() ? null : queues.of(note.getQueue()),
        note.getJobsList().stream().map(JobId::new).toList(),
        Math.max(0, note.getCount()),
        ErrorCode.of(note.getRefused()));
  }

  public static LogProto.SetAuditKey encode(AuditKey key) {
    return LogProto.SetAuditKey.newBuilder()
        .setPublicHalf(key.publicHalf())
        .setPrivateHalf(key.privateHalf())
        .build();
  }

  public static AuditKey decode(LogProto.SetAuditKey key) {
    return new AuditKey(key.getPublicHalf(), key.getPrivateHalf());
  }

  public static LogProto.AuditHead encode(AuditHead head) {
    return LogProto.AuditHead.newBuilder()
        .setIndex(head.index())
        .setCount(head.count())
        .setAtMs(head.atMs())
        .setHash(head.hash())
        .setSignature(head.signature())
        .build();
  }

  public static AuditHead decode(LogProto.AuditHead head) {
    return new AuditHead(
        head.getIndex(), head.getCount(), head.getAtMs(), head.getHash(), head.getSignature());
  }
}
