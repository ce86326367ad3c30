package dev.flashq.statemachine.log;

import dev.flashq.protocol.log.LogProto;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.NewJob;
import org.jspecify.annotations.Nullable;

/** A pushed job to its log message and back; absent options take no bytes. */
public final class NewJobCodec {
  private NewJobCodec() {}

  static LogProto.NewJob encode(NewJob job) {
    var message =
        job.options() == JobOptions.DEFAULTS
            ? LogProto.NewJob.newBuilder()
            : options(job.options());
    return message.setData(CommandCodec.payload(job.data())).build();
  }

  static NewJob decode(LogProto.NewJob job) {
    return new NewJob(CommandCodec.payload(job.getData()), options(job));
  }

  /** The options alone; also the form in which a job's record keeps them. */
  public static LogProto.NewJob.Builder options(JobOptions o) {
    var message =
        LogProto.NewJob.newBuilder()
            .setPriority(o.priority())
            .setDelayMs(o.delayMs())
            .setTtlMs(o.ttlMs())
            .setTimeoutMs(o.timeoutMs())
            .setMaxAttempts(o.maxAttempts())
            .setBackoffMs(o.backoffMs())
            .setFixedBackoff(o.fixedBackoff())
            .setUniqueKey(orEmpty(o.uniqueKey()))
            .setCustomId(orEmpty(o.customId()))
            .setDebounceId(orEmpty(o.debounceId()))
            .setDebounceTtlMs(o.debounceTtlMs())
            .addAllTags(o.tags())
            .setLifo(o.lifo())
            .setGroupId(orEmpty(o.groupId()))
            .setRemoveOnComplete(o.removeOnComplete())
            .setRemoveOnFail(o.removeOnFail())
            .setStallTimeoutMs(o.stallTimeoutMs())
            .setKeepCompletedAgeMs(o.keepCompletedAgeMs())
            .setKeepCompletedCount(o.keepCompletedCount());
    o.dependsOn().forEach(id -> message.addDependsOn(id.value()));
    return message;
  }

  /** The inverse of {@link #options(JobOptions)}. */
  public static JobOptions options(LogProto.NewJob m) {
    return isPlain(m) ? JobOptions.DEFAULTS : anyOptions(m);
  }

  /** Most jobs are pushed without options. */
  private static boolean isPlain(LogProto.NewJob m) {
    long numbers =
        m.getPriority()
            | m.getDelayMs()
            | m.getTtlMs()
            | m.getTimeoutMs()
            | m.getMaxAttempts()
            | m.getBackoffMs()
            | m.getDebounceTtlMs()
            | m.getStallTimeoutMs()
            | m.getKeepCompletedAgeMs()
            | m.getKeepCompletedCount()
            | m.getTagsCount()
            | m.getDependsOnCount();
    boolean flags =
        m.getFixedBackoff() || m.getLifo() || m.getRemoveOnComplete() || m.getRemoveOnFail();
    return numbers == 0
        && !flags
        && m.getUniqueKey().isEmpty()
        && m.getCustomId().isEmpty()
        && m.getDebounceId().isEmpty()
        && m.getGroupId().isEmpty();
  }

  private static JobOptions anyOptions(LogProto.NewJob m) {
    return new JobOptions(
        m.getPriority(),
        m.getDelayMs(),
        m.getTtlMs(),
        m.getTimeoutMs(),
        m.getMaxAttempts(),
        m.getBackoffMs(),
        m.getFixedBackoff(),
        orNull(m.getUniqueKey()),
        orNull(m.getCustomId()),
        orNull(m.getDebounceId()),
        m.getDebounceTtlMs(),
        m.getTagsList(),
        m.getLifo(),
        orNull(m.getGroupId()),
        m.getDependsOnList().stream().map(JobId::new).toList(),
        m.getRemoveOnComplete(),
        m.getRemoveOnFail(),
        m.getStallTimeoutMs(),
        m.getKeepCompletedAgeMs(),
        m.getKeepCompletedCount());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
