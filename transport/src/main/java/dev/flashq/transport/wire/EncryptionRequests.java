package dev.flashq.transport.wire;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;

/** Says what is to be done for a request about encryption; keys are made by the gateway. */
final class EncryptionRequests {
  private EncryptionRequests() {}

  static Plan plan(Cmd cmd, Request r) {
    return switch (cmd) {
      case ENCRYPTIONSET ->
          Requests.done(r, new Command.SealQueues(DataRuleRequests.pattern(r), null, false));
      case ENCRYPTIONDELETE ->
          Requests.done(r, new Command.UnsealQueues(DataRuleRequests.pattern(r)));
      case ENCRYPTIONDESTROY ->
          Requests.done(r, new Command.SealQueues(DataRuleRequests.pattern(r), null, true));
      case ENCRYPTIONLIST -> Requests.ask(new Query.GetSealing(), EncryptionShapes::all);
      case SUBJECTDESTROY -> {
        Shape<Reply.Removed> shape = EncryptionShapes::destroyed;
        yield Requests.submit(
            r,
            new Command.DestroySubject(
                Request.present(r.options.subject(), PushOption.SUBJECT), ByteString.EMPTY),
            shape);
      }
      default -> throw new IllegalArgumentException("not about encryption: " + cmd);
    };
  }
}
