package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.NoteLogins;
import dev.flashq.statemachine.Command.RefusedLogins;

/** What belongs to the audit trail to the messages of the log and back. */
final class AuditCodec {
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
}
