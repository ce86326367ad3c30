package dev.flashq.statemachine.job;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.StorageException;
import dev.flashq.statemachine.log.NewJobCodec;
import dev.flashq.statemachine.state.proto.StateProto;
import dev.flashq.statemachine.state.proto.StateProto.JobRecord;

/** A job's header to its stored record and back. */
public final class JobCodec {
  private JobCodec() {}

  static byte[] encode(Job job) {
    var record =
        JobRecord.newBuilder()
            .setQueue(job.queue())
            .setDataBytes(job.dataBytes())
            .setCreatedAt(job.createdAt())
            .setAttempts(job.attempts())
            .setStalls(job.stalls())
            .setDeliveries(job.deliveries())
            .setProgress(job.progress())
            .setDependents(job.dependents());
    if (!job.options().equals(JobOptions.DEFAULTS)) {
      record.setOptions(NewJobCodec.options(job.options()).build().toByteString());
    }
    if (job.progressMessage() != null) {
      record.setProgressRemark(job.progressMessage().encode());
    }
    if (job.error() != null) {
      record.setErrorRemark(job.error().encode());
    }
    return status(job.status(), record).build().toByteArray();
  }

  private static JobRecord.Builder status(JobStatus status, JobRecord.Builder to) {
    return switch (status) {
      case JobStatus.Ready s ->
          to.setReady(StateProto.Ready.newBuilder().setNumber(s.number()).setSince(s.since()));
      case JobStatus.Delayed s ->
          to.setDelayed(
              StateProto.Delayed.newBuilder()
                  .setRunAt(s.runAt())
                  .setSince(s.since())
                  .setNumber(s.number())
                  .setHead(s.head()));
      case JobStatus.Active s ->
          to.setActive(
              StateProto.Active.newBuilder()
                  .setStartedAt(s.startedAt())
                  .setHeartbeatAt(s.heartbeatAt())
                  .setLeaseUntil(s.leaseUntil())
                  .setTimesOutAt(s.timesOutAt())
                  .setNumber(s.number()));
      case JobStatus.Completed s ->
          to.setCompleted(
              StateProto.Completed.newBuilder()
                  .setStartedAt(s.startedAt())
                  .setAt(s.at())
                  .setExpiresAt(s.expiresAt())
                  .setResultBytes(s.resultBytes()));
      case JobStatus.Dead s ->
          to.setDead(StateProto.Dead.newBuilder().setStartedAt(s.startedAt()).setAt(s.at()));
      case JobStatus.Blocked s ->
          to.setBlocked(
              StateProto.Blocked.newBuilder()
                  .setRemaining(s.remaining())
                  .setRunAt(s.runAt())
                  .setSince(s.since()));
    };
  }

  public static Job decode(long id, byte[] bytes) {
    try {
      JobRecord r = JobRecord.parseFrom(bytes);
      JobOptions options =
          r.getOptions().isEmpty()
              ? JobOptions.DEFAULTS
              : NewJobCodec.options(LogProto.NewJob.parseFrom(r.getOptions()));
      return new Job(
          id,
          r.getQueue(),
          options,
          r.getDataBytes(),
          r.getCreatedAt(),
          r.getAttempts(),
          r.getStalls(),
          r.getDeliveries(),
          r.getProgress(),
          r.hasProgressRemark() ? Remark.decode(r.getProgressRemark()) : null,
          r.hasErrorRemark() ? Remark.decode(r.getErrorRemark()) : null,
          r.getDependents(),
          status(r));
    } catch (InvalidProtocolBufferException | IllegalStateException e) {
      throw new StorageException("unreadable record of job " + id, e);
    }
  }

  private static JobStatus status(JobRecord r) {
    return switch (r.getStatusCase()) {
      case READY -> new JobStatus.Ready(r.getReady().getNumber(), r.getReady().getSince());
      case DELAYED ->
          new JobStatus.Delayed(
              r.getDelayed().getRunAt(),
              r.getDelayed().getSince(),
              r.getDelayed().getNumber(),
              r.getDelayed().getHead());
      case ACTIVE ->
          new JobStatus.Active(
              r.getActive().getStartedAt(),
              r.getActive().getHeartbeatAt(),
              r.getActive().getLeaseUntil(),
              r.getActive().getTimesOutAt(),
              r.getActive().getNumber());
      case COMPLETED ->
          new JobStatus.Completed(
              r.getCompleted().getStartedAt(),
              r.getCompleted().getAt(),
              r.getCompleted().getExpiresAt(),
              r.getCompleted().getResultBytes());
      case DEAD -> new JobStatus.Dead(r.getDead().getStartedAt(), r.getDead().getAt());
      case BLOCKED ->
          new JobStatus.Blocked(
              r.getBlocked().getRemaining(), r.getBlocked().getRunAt(), r.getBlocked().getSince());
      case STATUS_NOT_SET -> throw new StorageException("a job record without a status");
    };
  }
}
