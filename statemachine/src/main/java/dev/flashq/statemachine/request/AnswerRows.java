package dev.flashq.statemachine.request;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.state.proto.StateProto.Answer;
import dev.flashq.statemachine.state.proto.StateProto.AnswersRecord;
import dev.flashq.statemachine.store.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SortedMap;

/**
 * The value of a row of answers: how many they are, so that a row can be dropped unread, and they.
 */
final class AnswerRows {
  private AnswerRows() {}

  static byte[] value(SortedMap<Long, ByteString> answers) {
    var record = AnswersRecord.newBuilder();
    answers.forEach(
        (sequence, reply) ->
            record.addAnswers(Answer.newBuilder().setSequence(sequence).setReply(reply)));
    AnswersRecord built = record.build();
    return ByteBuffer.allocate(Integer.BYTES + built.getSerializedSize())
        .putInt(answers.size())
        .put(built.toByteArray())
        .array();
  }

  static int count(byte[] value) {
    return Bytes.intAt(value, 0);
  }

  static List<Answer> answers(byte[] value) {
    try {
      return AnswersRecord.parseFrom(
              ByteBuffer.wrap(value, Integer.BYTES, value.length - Integer.BYTES))
          .getAnswersList();
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("unreadable answers", e);
    }
  }
}
