package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.Command.CleanQueues;

/** What is kept and what goes, to the messages of the log and back. */
final class RetentionCodec {
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

  static CleanQueues decode(LogProto.CleanQueues m) {
    return new CleanQueues(
        Form.name(m.getQueues()),
        CommandCodec.state(m.getState()),
        Form.millis(m.getOlderThanMs()),
        m.getLimit(),
        m.getFrom());
  }
}
