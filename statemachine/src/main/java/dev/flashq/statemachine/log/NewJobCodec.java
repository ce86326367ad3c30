package dev.flashq.statemachine.log;

import com.google.protobuf.CodedOutputStream;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.protocol.option.OptionKind;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import java.util.List;

/** A pushed job to its log message and back; absent options take no bytes. */
public final class NewJobCodec {
  private NewJobCodec() {}

  static LogProto.NewJob encode(NewJob job) {
    return options(job.options()).setData(CommandCodec.payload(job.data())).build();
  }

  static NewJob decode(LogProto.NewJob job) {
    return new NewJob(CommandCodec.payload(job.getData()), options(job));
  }

  /** The options alone; also the form in which a job's record keeps them. */
  public static LogProto.NewJob.Builder options(JobOptions options) {
    var message = LogProto.NewJob.newBuilder();
    options.forEach(
        (option, value) ->
            option.log(
                message, option.kind() == OptionKind.IDS ? numbers(options, option) : value));
    return message;
  }

  private static List<Long> numbers(JobOptions options, PushOption option) {
    return options.ids(option).stream().map(JobId::value).toList();
  }

  /** The inverse of {@link #options(JobOptions)}. */
  public static JobOptions options(LogProto.NewJob message) {
    if (isPlain(message)) {
      return JobOptions.DEFAULTS;
    }
    var options = JobOptions.builder();
    for (PushOption option : PushOption.ALL) {
      Object value = option.logged(message);
      if (value != null) {
        options.set(
            option,
            option.kind() == OptionKind.IDS ? ids((List<?>) value) : Form.option(option, value));
      }
    }
    return options.build();
  }

  private static List<JobId> ids(List<?> numbers) {
    return numbers.stream().map(number -> new JobId((Long) number)).toList();
  }

  /** Most jobs are pushed without options: such a message is nothing but its data. */
  private static boolean isPlain(LogProto.NewJob message) {
    int data =
        message.hasData()
            ? CodedOutputStream.computeMessageSize(
                LogProto.NewJob.DATA_FIELD_NUMBER, message.getData())
            : 0;
    return message.getSerializedSize() == data;
  }
}
