package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.EraseJobs;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobPart;

/** Erasures to the messages of the log and back. */
public final class ErasureCodec {
  private ErasureCodec() {}

  public static LogProto.BeginErasure encode(Erasure.Request request) {
    var message =
        LogProto.BeginErasure.newBuilder()
            .setField(request.field())
            .setEquals(request.wanted())
            .addAllQueues(request.queues())
            .setDryRun(request.dryRun());
    for (Erasure.Edit edit : request.edits()) {
      var encoded = LogProto.FieldEdit.newBuilder().setPath(edit.path());
      if (edit.json() != null) {
        encoded.setJson(edit.json());
      }
      message.addEdits(encoded);
    }
    request.states().forEach(state -> message.addStates(state.number()));
    return message.build();
  }

  public static Erasure.Request decode(LogProto.BeginErasure m) {
    return new Erasure.Request(
        Form.name(m.getField()),
        m.getEquals(),
        m.getEditsList().stream()
            .map(
                edit ->
                    new Erasure.Edit(
                        edit.getPath(), edit.getJson().isEmpty() ? null : edit.getJson()))
            .toList(),
        m.getQueuesList(),
        m.getStatesList().stream().map(CommandCodec::state).toList(),
        m.getDryRun());
  }

  static LogProto.EraseJobs encode(EraseJobs step) {
    var message =
        LogProto.EraseJobs.newBuilder()
            .setNumber(step.number())
            .setFrom(step.from())
            .setTo(step.to())
            .setLooked(step.seen().looked())
            .setMatched(step.seen().matched())
            .setActive(step.seen().active())
            .setUnreadable(step.seen().unreadable())
            .setSkip(step.skip());
    step.replacements().forEach(replacement -> message.addReplacements(encode(replacement)));
    return message.build();
  }

  static LogProto.Replacement encode(Erasure.Replacement replacement) {
    return LogProto.Replacement.newBuilder()
        .setJob(replacement.job().value())
        .setPart(replacement.part().number())
        .setBefore(replacement.before())
        .setAfter(CommandCodec.payload(replacement.after()))
        .build();
  }

  static Erasure.Replacement decode(LogProto.Replacement replacement) {
    JobPart part = JobPart.of(replacement.getPart());
    if (part == null) {
      throw new IllegalStateException("a part of a job that this version does not know");
    }
    return new Erasure.Replacement(
        new JobId(replacement.getJob()),
        part,
        replacement.getBefore(),
        CommandCodec.payload(replacement.getAfter()));
  }

  static EraseJobs decode(LogProto.EraseJobs m) {
    return new EraseJobs(
        m.getNumber(),
        m.getFrom(),
        m.getTo(),
        new Erasure.Counts(m.getLooked(), m.getMatched(), 0, m.getActive(), m.getUnreadable(), 0),
        m.getReplacementsList().stream().map(ErasureCodec::decode).toList(),
        m.getSkip());
  }
}
