package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.SetSchema;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Inspection;

/** What is said about data to the messages of the log and back. */
public final class DataCodec {
  private DataCodec() {}

  static LogProto.Inspection encode(Inspection inspection) {
    var message = LogProto.Inspection.newBuilder().setVersion(inspection.version());
    for (Inspection.Flaw flaw : inspection.flaws()) {
      message.addFlaws(LogProto.Flaw.newBuilder().setItem(flaw.item()).setText(flaw.text()));
    }
    return message.build();
  }

  static Inspection decode(LogProto.Inspection inspection) {
    return new Inspection(
        inspection.getVersion(),
        inspection.getFlawsList().stream()
            .map(flaw -> new Inspection.Flaw(flaw.getItem(), flaw.getText()))
            .toList());
  }

  public static LogProto.SetSchema encode(SetSchema set) {
    var message =
        LogProto.SetSchema.newBuilder().setQueues(set.queues()).setMode(set.mode().number());
    if (set.text() != null) {
      message.setText(set.text());
    }
    return message.build();
  }

  public static SetSchema decode(LogProto.SetSchema set) {
    DataSchema.Mode mode = DataSchema.Mode.of(set.getMode());
    if (mode == null) {
      throw new IllegalStateException("a mode of schemas that this version does not know");
    }
    return new SetSchema(
        Form.name(set.getQueues()), mode, set.getText().isEmpty() ? null : set.getText());
  }

  public static LogProto.SetDataPolicy encode(DataPolicy policy) {
    return LogProto.SetDataPolicy.newBuilder()
        .setQueues(policy.queues())
        .setEncryptedOnly(policy.encryptedOnly())
        .addAllForbiddenFields(policy.forbiddenFields())
        .setNoCardNumbers(policy.noCardNumbers())
        .setNoNames(policy.noNames())
        .setMaxBytes(policy.maxBytes())
        .build();
  }

  public static DataPolicy decode(LogProto.SetDataPolicy policy) {
    return new DataPolicy(
        Form.name(policy.getQueues()),
        policy.getEncryptedOnly(),
        policy.getForbiddenFieldsList(),
        policy.getNoCardNumbers(),
        Form.amount(policy.getMaxBytes()),
        policy.getNoNames());
  }
}
