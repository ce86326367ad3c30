package dev.flashq.statemachine.request;

import dev.flashq.protocol.ErrorCode;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.PushOutcome;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.CommandNumbers;
import dev.flashq.statemachine.state.proto.StateProto;
import dev.flashq.statemachine.state.proto.StateProto.StoredReply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Replies to their stored form and back. Of delivered jobs only id and lease are kept, of a refusal
 * its numbers and what users called things.
 */
public final class StoredReplies {
  private StoredReplies() {}

  static StoredReply encode(@Nullable Command command, Reply reply) {
    var stored =
        StoredReply.newBuilder().setCommand(command == null ? 0 : CommandNumbers.of(command));
    return switch (reply) {
      case Reply.Done _ -> stored.setDone(true).build();
      case Reply.Pushed pushed -> {
        var message = StateProto.StoredPushed.newBuilder();
        pushed.outcomes().forEach(outcome -> message.addPushes(push(outcome)));
        yield stored.setPushed(message).build();
      }
      case Reply.Delivered delivered -> {
        var message = StateProto.StoredDelivered.newBuilder();
        delivered.jobs().forEach(job -> message.addJobs(job.id().value()).addLeases(job.lease()));
        yield stored.setDelivered(message).build();
      }
      case Reply.Acked acked -> {
        var message = StateProto.StoredAcked.newBuilder().setCount(acked.count());
        acked
            .failures()
            .forEach(
                failure ->
                    message.addIndexes(failure.index()).addRefusals(refusal(failure.refusal())));
        yield stored.setAcked(message).build();
      }
      case Reply.Removed removed ->
          stored
              .setRemoved(
                  StateProto.StoredRemoved.newBuilder()
                      .setCount(removed.count())
                      .setMore(removed.more()))
              .build();
      case Reply.Begun begun -> stored.setBegun(begun.number()).build();
      case Refused refused -> stored.setRefused(refusal(refused)).build();
    };
  }

  /** Whether it is the reply to such a command, as far as that is known. */
  public static boolean isTo(Command command, StoredReply stored) {
    return stored.getCommand() == 0 || stored.getCommand() == CommandNumbers.of(command);
  }

  private static StateProto.StoredPush push(PushOutcome outcome) {
    return switch (outcome) {
      case PushOutcome.Accepted accepted ->
          StateProto.StoredPush.newBuilder()
              .setJob(accepted.id().value())
              .setExisting(accepted.existing())
              .build();
      case Refused refused ->
          StateProto.StoredPush.newBuilder().setRefused(refusal(refused)).build();
    };
  }

  private static StateProto.StoredRefusal refusal(Refused refused) {
    var stored = StateProto.StoredRefusal.newBuilder().setCode(refused.code().number());
    Reason.Detail reason = refused.reason();
    return reason == null
        ? stored.build()
        : stored
            .setReason(reason.reason().number())
            .setJob(reason.job())
            .setNumber(reason.number())
            .setText(reason.text())
            .build();
  }

  /**
   * @param delivered finds a job that is still held under the lease; null when it is not
   */
  public static Reply decode(
      StoredReply stored, BiFunction<Long, Long, @Nullable JobView> delivered) {
    return switch (stored.getBodyCase()) {
      case DONE -> Reply.Done.DONE;
      case PUSHED ->
          new Reply.Pushed(
              stored.getPushed().getPushesList().stream().map(StoredReplies::push).toList());
      case DELIVERED -> {
        var jobs = new ArrayList<JobView>();
        for (int i = 0; i < stored.getDelivered().getJobsCount(); i++) {
          JobView job =
              delivered.apply(stored.getDelivered().getJobs(i), stored.getDelivered().getLeases(i));
          if (job != null) {
            jobs.add(job);
          }
        }
        yield new Reply.Delivered(jobs);
      }
      case ACKED -> {
        List<Reply.Failure> failures = new ArrayList<>();
        for (int i = 0; i < stored.getAcked().getIndexesCount(); i++) {
          failures.add(
              new Reply.Failure(
                  stored.getAcked().getIndexes(i), refusal(stored.getAcked().getRefusals(i))));
        }
        yield new Reply.Acked(stored.getAcked().getCount(), failures);
      }
      case REMOVED ->
          new Reply.Removed(stored.getRemoved().getCount(), stored.getRemoved().getMore());
      case BEGUN -> new Reply.Begun(stored.getBegun());
      case REFUSED -> refusal(stored.getRefused());
      case BODY_NOT_SET -> throw new IllegalStateException("a stored reply without a body");
    };
  }

  private static PushOutcome push(StateProto.StoredPush push) {
    return push.hasRefused()
        ? refusal(push.getRefused())
        : new PushOutcome.Accepted(new JobId(push.getJob()), push.getExisting());
  }

  private static Refused refusal(StateProto.StoredRefusal refusal) {
    ErrorCode code = ErrorCode.of(refusal.getCode());
    if (code == null) {
      throw new StorageException("a stored refusal that this version does not know");
    }
    Reason reason = Reason.of(refusal.getReason());
    return reason == null
        ? general(code)
        : Reason.refuses(
            new Reason.Detail(reason, refusal.getJob(), refusal.getNumber(), refusal.getText()));
  }

  private static Refused general(ErrorCode code) {
    return code == Reason.ANSWER_NOT_KEPT.code()
        ? Reason.ANSWER_NOT_KEPT.refuses()
        : new Refused(code, "The request was refused before");
  }
}
