package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.CleanQueues;
import dev.flashq.statemachine.Retention;

/** What is kept and what goes, to the messages of the log and back. */
public final class RetentionCodec {
  private RetentionCodec() {}

  static LogProto.CleanQueues encode(CleanQueues clean) {
    return LogProto.CleanQueues.newBuilder()
        .setQueues(clean.queues())
        .setState(clean.state().number())
        .setOlderThanMs(clean.olderThanMs())
        .setLimit(clean.limit())
        .setFrom(clean.from())
        .build();
  }

  public static LogProto.SetRetention encode(Retention retention) {
    return LogProto.SetRetention.newBuilder()
        .setQueues(retention.queues())
        .setCompletedMs(retention.completedMs())
        .setCompletedCount(retention.completedCount())
        .setDeadMs(retention.deadMs())
        .setDeadCount(retention.deadCount())
        .build();
  }

  public static Retention decode(LogProto.SetRetention m) {
    return new Retention(
        Form.name(m.getQueues()),
        Form.millis(m.getCompletedMs()),
        Form.amount(m.getCompletedCount()),
        Form.millis(m.getDeadMs()),
        Form.amount(m.getDeadCount()));
  }

  static CleanQueues decode(LogProto.CleanQueues m) {
    return new CleanQueues(
        Form.name(m.getQueues()),
        CommandCodec.state(m.getState()),
        Form.millis(m.getOlderThanMs()),
        m.getLimit(),
        m.getFrom());
  }
}
