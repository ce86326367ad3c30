package dev.flashq.statemachine.log;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.protocol.log.LogProto.LoggedCommand;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Command.AckJobs;
import dev.flashq.statemachine.Command.AddKeys;
import dev.flashq.statemachine.Command.BeginErasure;
import dev.flashq.statemachine.Command.BeginRing;
import dev.flashq.statemachine.Command.BindCertificate;
import dev.flashq.statemachine.Command.CancelErasure;
import dev.flashq.statemachine.Command.CancelJob;
import dev.flashq.statemachine.Command.ChangePriority;
import dev.flashq.statemachine.Command.CleanQueues;
import dev.flashq.statemachine.Command.CreateToken;
import dev.flashq.statemachine.Command.DestroySubject;
import dev.flashq.statemachine.Command.DiscardJob;
import dev.flashq.statemachine.Command.DrainQueue;
import dev.flashq.statemachine.Command.DropRole;
import dev.flashq.statemachine.Command.EraseJobs;
import dev.flashq.statemachine.Command.ExpireToken;
import dev.flashq.statemachine.Command.ExtendLeases;
import dev.flashq.statemachine.Command.FailJob;
import dev.flashq.statemachine.Command.ForgetQueue;
import dev.flashq.statemachine.Command.ListTokens;
import dev.flashq.statemachine.Command.MoveToDelayed;
import dev.flashq.statemachine.Command.NoteExported;
import dev.flashq.statemachine.Command.NoteLogins;
import dev.flashq.statemachine.Command.NoteRead;
import dev.flashq.statemachine.Command.NoteUse;
import dev.flashq.statemachine.Command.PromoteJob;
import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Command.PushJobs;
import dev.flashq.statemachine.Command.PutRole;
import dev.flashq.statemachine.Command.RaiseFeatureLevel;
import dev.flashq.statemachine.Command.RateLimit;
import dev.flashq.statemachine.Command.ReleaseJobs;
import dev.flashq.statemachine.Command.RemoveJobs;
import dev.flashq.statemachine.Command.RenewLease;
import dev.flashq.statemachine.Command.ReportProgress;
import dev.flashq.statemachine.Command.ResealJobs;
import dev.flashq.statemachine.Command.RetryDeadJobs;
import dev.flashq.statemachine.Command.RevokeToken;
import dev.flashq.statemachine.Command.RewrapKeys;
import dev.flashq.statemachine.Command.RotateToken;
import dev.flashq.statemachine.Command.SealQueues;
import dev.flashq.statemachine.Command.SetAccessKey;
import dev.flashq.statemachine.Command.SetAuditKey;
import dev.flashq.statemachine.Command.SetAuditPolicy;
import dev.flashq.statemachine.Command.SetClock;
import dev.flashq.statemachine.Command.SetConcurrency;
import dev.flashq.statemachine.Command.SetDataPolicy;
import dev.flashq.statemachine.Command.SetPaused;
import dev.flashq.statemachine.Command.SetQuota;
import dev.flashq.statemachine.Command.SetRateLimit;
import dev.flashq.statemachine.Command.SetRetention;
import dev.flashq.statemachine.Command.SetSchema;
import dev.flashq.statemachine.Command.SignAuditHead;
import dev.flashq.statemachine.Command.Tick;
import dev.flashq.statemachine.Command.UnsealQueues;
import dev.flashq.statemachine.Command.UpdateJob;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands to the messages of log.proto and back. */
final class CommandCodec {
  private CommandCodec() {}

  static LoggedCommand.Builder encode(Command command, LoggedCommand.Builder to) {
    return switch (command) {
      case PushJobs c -> to.setPushJobs(push(c));
      case PullJobs c ->
          to.setPullJobs(
              LogProto.PullJobs.newBuilder().setQueue(c.queue().value()).setCount(c.count()));
      case AckJobs c -> to.setAckJobs(acks(c));
      case FailJob c ->
          to.setFailJob(
              LogProto.FailJob.newBuilder()
                  .setClaim(claim(c.claim()))
                  .setError(c.error())
                  .setSealed(c.sealed() == null ? ByteString.EMPTY : c.sealed()));
      case ReportProgress c -> to.setReportProgress(progress(c));
      case RenewLease c ->
          to.setRenewLease(LogProto.RenewLease.newBuilder().setClaim(claim(c.claim())));
      case CancelJob c -> to.setCancelJob(LogProto.CancelJob.newBuilder().setJob(c.job().value()));
      case UpdateJob c ->
          to.setUpdateJob(
              LogProto.UpdateJob.newBuilder().setJob(c.job().value()).setData(payload(c.data())));
      case ChangePriority c ->
          to.setChangePriority(
              LogProto.ChangePriority.newBuilder()
                  .setJob(c.job().value())
                  .setPriority(c.priority()));
      case MoveToDelayed c ->
          to.setMoveToDelayed(
              LogProto.MoveToDelayed.newBuilder()
                  .setClaim(claim(c.claim()))
                  .setDelayMs(c.delayMs()));
      case PromoteJob c ->
          to.setPromoteJob(LogProto.PromoteJob.newBuilder().setJob(c.job().value()));
      case DiscardJob c ->
          to.setDiscardJob(LogProto.DiscardJob.newBuilder().setClaim(claim(c.claim())));
      case SetPaused c ->
          to.setSetPaused(
              LogProto.SetPaused.newBuilder().setQueue(c.queue().value()).setPaused(c.paused()));
      case DrainQueue c ->
          to.setDrainQueue(
              LogProto.DrainQueue.newBuilder()
                  .setQueue(c.queue().value())
                  .setBelowJob(c.belowJob())
                  .setLimit(c.limit())
                  .setFrom(c.from()));
      case SetRateLimit c -> to.setSetRateLimit(rateLimit(c));
      case SetConcurrency c -> to.setSetConcurrency(concurrency(c));
      case ReleaseJobs c -> {
        var message = LogProto.ReleaseJobs.newBuilder();
        c.claims().forEach(claim -> message.addClaims(claim(claim)));
        yield to.setReleaseJobs(message);
      }
      case Tick c ->
          to.setTick(
              LogProto.Tick.newBuilder().setDigestIndex(c.digestIndex()).setDigest(c.digest()));
      case RaiseFeatureLevel c ->
          to.setRaiseFeatureLevel(LogProto.RaiseFeatureLevel.newBuilder().setLevel(c.level()));
      case RetryDeadJobs c ->
          to.setRetryDeadJobs(
              LogProto.RetryDeadJobs.newBuilder()
                  .setQueue(c.queue().value())
                  .setJob(c.job() == null ? 0 : c.job().value())
                  .setLimit(c.limit())
                  .setFrom(c.from()));
      case ForgetQueue c ->
          to.setForgetQueue(LogProto.ForgetQueue.newBuilder().setQueue(c.queue().value()));
      case ExtendLeases c ->
          to.setExtendLeases(
              LogProto.ExtendLeases.newBuilder().setLostMs(c.lostMs()).setGraceMs(c.graceMs()));
      case SetClock c -> to.setSetClock(LogProto.SetClock.newBuilder().setToMs(c.toMs()));
      case SetAccessKey c -> to.setSetAccessKey(LogProto.SetAccessKey.newBuilder().setKey(c.key()));
      case ListTokens c ->
          to.setListTokens(
              LogProto.ListTokens.newBuilder()
                  .setMember(c.member())
                  .addAllTokens(c.tokens().stream().map(AccessCodec::encode).toList()));
      case NoteUse c ->
          to.setNoteUse(LogProto.NoteUse.newBuilder().addAllCredentials(c.credentials()));
      case CreateToken c ->
          to.setCreateToken(
              LogProto.CreateToken.newBuilder()
                  .setName(c.name())
                  .setHash(c.hash())
                  .addAllRoles(c.roles())
                  .setEndsAtMs(c.endsAt()));
      case RotateToken c ->
          to.setRotateToken(
              LogProto.RotateToken.newBuilder()
                  .setName(c.name())
                  .setHash(c.hash())
                  .setOverlapMs(c.overlapMs()));
      case ExpireToken c ->
          to.setExpireToken(LogProto.ExpireToken.newBuilder().setName(c.name()).setAtMs(c.atMs()));
      case RevokeToken c -> to.setRevokeToken(LogProto.RevokeToken.newBuilder().setName(c.name()));
      case PutRole c ->
          to.setPutRole(LogProto.PutRole.newBuilder().setRole(AccessCodec.encode(c.role())));
      case DropRole c -> to.setDropRole(LogProto.DropRole.newBuilder().setName(c.name()));
      case SetAuditPolicy c -> to.setSetAuditPolicy(AccessCodec.encode(c.policy()));
      case SetQuota c -> to.setSetQuota(AccessCodec.encode(c.quota()));
      case SetSchema c -> to.setSetSchema(DataCodec.encode(c));
      case SetDataPolicy c -> to.setSetDataPolicy(DataCodec.encode(c.policy()));
      case CleanQueues c -> to.setCleanQueues(RetentionCodec.encode(c));
      case SetRetention c -> to.setSetRetention(RetentionCodec.encode(c.retention()));
      case BeginErasure c -> to.setBeginErasure(ErasureCodec.encode(c.request()));
      case CancelErasure c ->
          to.setCancelErasure(LogProto.CancelErasure.newBuilder().setNumber(c.number()));
      case EraseJobs c -> to.setEraseJobs(ErasureCodec.encode(c));
      case SealQueues c -> to.setSealQueues(KeyCodec.encode(c));
      case UnsealQueues c ->
          to.setUnsealQueues(LogProto.UnsealQueues.newBuilder().setQueues(c.queues()));
      case DestroySubject c -> to.setDestroySubject(KeyCodec.encode(c));
      case AddKeys c -> to.setAddKeys(KeyCodec.encode(c));
      case BeginRing c -> to.setBeginRing(KeyCodec.encode(c));
      case RewrapKeys c -> to.setRewrapKeys(KeyCodec.encode(c));
      case ResealJobs c -> to.setResealJobs(KeyCodec.encode(c));
      case NoteLogins c -> to.setNoteLogins(AuditCodec.encode(c));
      case SetAuditKey c -> to.setSetAuditKey(AuditCodec.encode(c.key()));
      case SignAuditHead c ->
          to.setSignAuditHead(
              LogProto.SignAuditHead.newBuilder()
                  .setHead(AuditCodec.encode(c.head()))
                  .setFirst(c.first()));
      case NoteRead c -> to.setNoteRead(AuditCodec.encode(c));
      case NoteExported c ->
          to.setNoteExported(
              LogProto.NoteExported.newBuilder().setRecord(c.record()).setAtMs(c.atMs()));
      case BindCertificate c ->
          to.setBindCertificate(
              LogProto.BindCertificate.newBuilder().setSubject(c.subject()).addAllRoles(c.roles()));
      case RemoveJobs c ->
          to.setRemoveJobs(
              LogProto.RemoveJobs.newBuilder()
                  .setQueue(c.queue().value())
                  .setState(c.state().number())
                  .setOlderThanMs(c.olderThanMs())
                  .setBelowJob(c.belowJob())
                  .setLimit(c.limit())
                  .setFrom(c.from()));
    };
  }

  static Command decode(LoggedCommand logged, QueueNames queues) {
    return switch (logged.getBodyCase()) {
      case PUSH_JOBS -> push(logged.getPushJobs(), queues);
      case PULL_JOBS ->
          new PullJobs(
              queues.of(logged.getPullJobs().getQueue()), logged.getPullJobs().getCount(), 0);
      case ACK_JOBS -> acks(logged.getAckJobs());
      case FAIL_JOB ->
          new FailJob(
              claim(logged.getFailJob().getClaim()),
              logged.getFailJob().getError(),
              orNull(logged.getFailJob().getSealed()));
      case REPORT_PROGRESS -> progress(logged.getReportProgress());
      case RENEW_LEASE -> new RenewLease(claim(logged.getRenewLease().getClaim()));
      case CANCEL_JOB -> new CancelJob(new JobId(logged.getCancelJob().getJob()));
      case UPDATE_JOB ->
          new UpdateJob(
              new JobId(logged.getUpdateJob().getJob()), payload(logged.getUpdateJob().getData()));
      case CHANGE_PRIORITY ->
          new ChangePriority(
              new JobId(logged.getChangePriority().getJob()),
              logged.getChangePriority().getPriority());
      case MOVE_TO_DELAYED ->
          new MoveToDelayed(
              claim(logged.getMoveToDelayed().getClaim()),
              Form.millis(logged.getMoveToDelayed().getDelayMs()));
      case PROMOTE_JOB -> new PromoteJob(new JobId(logged.getPromoteJob().getJob()));
      case DISCARD_JOB -> new DiscardJob(claim(logged.getDiscardJob().getClaim()));
      case SET_PAUSED ->
          new SetPaused(
              queues.of(logged.getSetPaused().getQueue()), logged.getSetPaused().getPaused());
      case DRAIN_QUEUE -> {
        var m = logged.getDrainQueue();
        yield new DrainQueue(queues.of(m.getQueue()), m.getBelowJob(), m.getLimit(), m.getFrom());
      }
      case SET_RATE_LIMIT -> {
        var m = logged.getSetRateLimit();
        yield new SetRateLimit(
            queues.of(m.getQueue()),
            m.getClear()
                ? null
                : new RateLimit(Form.rate(m.getMax()), Form.window(m.getDurationMs())));
      }
      case SET_CONCURRENCY -> {
        var m = logged.getSetConcurrency();
        yield new SetConcurrency(queues.of(m.getQueue()), m.getClear() ? null : m.getLimit());
      }
      case RELEASE_JOBS ->
          new ReleaseJobs(
              logged.getReleaseJobs().getClaimsList().stream().map(CommandCodec::claim).toList());
      case TICK -> new Tick(logged.getTick().getDigestIndex(), logged.getTick().getDigest());
      case RAISE_FEATURE_LEVEL -> new RaiseFeatureLevel(logged.getRaiseFeatureLevel().getLevel());
      case RETRY_DEAD_JOBS -> {
        var m = logged.getRetryDeadJobs();
        yield new RetryDeadJobs(
            queues.of(m.getQueue()),
            m.getJob() == 0 ? null : new JobId(m.getJob()),
            m.getLimit(),
            m.getFrom());
      }
      case REMOVE_JOBS -> {
        var m = logged.getRemoveJobs();
        yield new RemoveJobs(
            queues.of(m.getQueue()),
            state(m.getState()),
            Form.millis(m.getOlderThanMs()),
            m.getBelowJob(),
            m.getLimit(),
            m.getFrom());
      }
      case EXTEND_LEASES ->
          new ExtendLeases(
              Form.millis(logged.getExtendLeases().getLostMs()),
              Form.millis(logged.getExtendLeases().getGraceMs()));
      case SET_CLOCK -> new SetClock(Form.millis(logged.getSetClock().getToMs()));
      case SET_ACCESS_KEY -> new SetAccessKey(logged.getSetAccessKey().getKey());
      case LIST_TOKENS -> {
        var m = logged.getListTokens();
        yield new ListTokens(
            Form.name(m.getMember()), m.getTokensList().stream().map(AccessCodec::decode).toList());
      }
      case NOTE_USE -> new NoteUse(logged.getNoteUse().getCredentialsList());
      case CREATE_TOKEN -> {
        var m = logged.getCreateToken();
        yield new CreateToken(
            Form.name(m.getName()), m.getHash(), m.getRolesList(), Form.millis(m.getEndsAtMs()));
      }
      case ROTATE_TOKEN -> {
        var m = logged.getRotateToken();
        yield new RotateToken(Form.name(m.getName()), m.getHash(), Form.millis(m.getOverlapMs()));
      }
      case EXPIRE_TOKEN ->
          new ExpireToken(
              Form.name(logged.getExpireToken().getName()),
              Form.millis(logged.getExpireToken().getAtMs()));
      case REVOKE_TOKEN -> new RevokeToken(Form.name(logged.getRevokeToken().getName()));
      case PUT_ROLE -> new PutRole(AccessCodec.decode(logged.getPutRole().getRole()));
      case SET_AUDIT_POLICY -> new SetAuditPolicy(AccessCodec.decode(logged.getSetAuditPolicy()));
      case SET_QUOTA -> new SetQuota(AccessCodec.decode(logged.getSetQuota()));
      case SET_SCHEMA -> DataCodec.decode(logged.getSetSchema());
      case SET_DATA_POLICY -> new SetDataPolicy(DataCodec.decode(logged.getSetDataPolicy()));
      case CLEAN_QUEUES -> RetentionCodec.decode(logged.getCleanQueues());
      case SET_RETENTION -> new SetRetention(RetentionCodec.decode(logged.getSetRetention()));
      case BEGIN_ERASURE -> new BeginErasure(ErasureCodec.decode(logged.getBeginErasure()));
      case CANCEL_ERASURE -> new CancelErasure(logged.getCancelErasure().getNumber());
      case ERASE_JOBS -> ErasureCodec.decode(logged.getEraseJobs());
      case SEAL_QUEUES -> KeyCodec.decode(logged.getSealQueues());
      case UNSEAL_QUEUES -> new UnsealQueues(Form.name(logged.getUnsealQueues().getQueues()));
      case DESTROY_SUBJECT -> KeyCodec.decode(logged.getDestroySubject());
      case ADD_KEYS -> KeyCodec.decode(logged.getAddKeys());
      case BEGIN_RING -> KeyCodec.decode(logged.getBeginRing());
      case REWRAP_KEYS -> KeyCodec.decode(logged.getRewrapKeys());
      case RESEAL_JOBS -> KeyCodec.decode(logged.getResealJobs());
      case NOTE_LOGINS -> AuditCodec.decode(logged.getNoteLogins());
      case SET_AUDIT_KEY -> new SetAuditKey(AuditCodec.decode(logged.getSetAuditKey()));
      case SIGN_AUDIT_HEAD ->
          new SignAuditHead(
              AuditCodec.decode(logged.getSignAuditHead().getHead()),
              logged.getSignAuditHead().getFirst());
      case NOTE_READ -> AuditCodec.decode(logged.getNoteRead(), queues);
      case NOTE_EXPORTED ->
          new NoteExported(
              logged.getNoteExported().getRecord(),
              Form.millis(logged.getNoteExported().getAtMs()));
      case DROP_ROLE -> new DropRole(Form.name(logged.getDropRole().getName()));
      case BIND_CERTIFICATE ->
          new BindCertificate(
              Form.name(logged.getBindCertificate().getSubject()),
              logged.getBindCertificate().getRolesList());
      case FORGET_QUEUE -> new ForgetQueue(queues.of(logged.getForgetQueue().getQueue()));
      case BODY_NOT_SET ->
          throw new IllegalStateException("a command that this version does not know");
    };
  }

  private static LogProto.PushJobs push(PushJobs push) {
    var message = LogProto.PushJobs.newBuilder().setQueue(push.queue().value());
    push.jobs().forEach(job -> message.addJobs(NewJobCodec.encode(job)));
    return message.build();
  }

  private static PushJobs push(LogProto.PushJobs push, QueueNames queues) {
    if (push.getJobsCount() == 1) {
      return new PushJobs(queues.of(push.getQueue()), List.of(NewJobCodec.decode(push.getJobs(0))));
    }
    List<NewJob> jobs = new ArrayList<>(push.getJobsCount());
    for (LogProto.NewJob job : push.getJobsList()) {
      jobs.add(NewJobCodec.decode(job));
    }
    return new PushJobs(queues.of(push.getQueue()), jobs);
  }

  private static LogProto.AckJobs acks(AckJobs acks) {
    var message = LogProto.AckJobs.newBuilder();
    for (Command.Ack ack : acks.acks()) {
      var item = LogProto.Ack.newBuilder().setClaim(claim(ack.claim()));
      if (ack.result() != null) {
        item.setResult(payload(requireNonNull(ack.result())));
      }
      message.addAcks(item);
    }
    return message.build();
  }

  private static AckJobs acks(LogProto.AckJobs acks) {
    if (acks.getAcksCount() == 1) {
      return new AckJobs(List.of(ack(acks.getAcks(0))));
    }
    List<Command.Ack> list = new ArrayList<>(acks.getAcksCount());
    for (LogProto.Ack ack : acks.getAcksList()) {
      list.add(ack(ack));
    }
    return new AckJobs(list);
  }

  private static Command.Ack ack(LogProto.Ack ack) {
    return new Command.Ack(
        claim(ack.getClaim()), ack.hasResult() ? payload(ack.getResult()) : null);
  }

  private static LogProto.ReportProgress progress(ReportProgress progress) {
    var message =
        LogProto.ReportProgress.newBuilder()
            .setClaim(claim(progress.claim()))
            .setProgress(progress.progress());
    if (progress.message() != null) {
      message.setMessage(requireNonNull(progress.message()));
    }
    if (progress.sealed() != null) {
      message.setSealed(progress.sealed());
    }
    return message.build();
  }

  private static ReportProgress progress(LogProto.ReportProgress m) {
    return new ReportProgress(
        claim(m.getClaim()),
        m.getProgress(),
        m.hasMessage() ? m.getMessage() : null,
        orNull(m.getSealed()));
  }

  private static @Nullable ByteString orNull(ByteString bytes) {
    return bytes.isEmpty() ? null : bytes;
  }

  private static LogProto.SetRateLimit rateLimit(SetRateLimit set) {
    var message = LogProto.SetRateLimit.newBuilder().setQueue(set.queue().value());
    RateLimit limit = set.limit();
    return (limit == null
            ? message.setClear(true)
            : message.setMax(limit.max()).setDurationMs(limit.durationMs()))
        .build();
  }

  private static LogProto.SetConcurrency concurrency(SetConcurrency set) {
    var message = LogProto.SetConcurrency.newBuilder().setQueue(set.queue().value());
    Integer limit = set.limit();
    return (limit == null ? message.setClear(true) : message.setLimit(limit)).build();
  }

  static JobState state(int number) {
    JobState state = JobState.of(number);
    if (state == null) {
      throw new IllegalStateException("a state that this version does not know");
    }
    return state;
  }

  private static LogProto.Claim claim(Claim claim) {
    return LogProto.Claim.newBuilder().setJob(claim.job().value()).setLease(claim.lease()).build();
  }

  private static Claim claim(LogProto.Claim claim) {
    return new Claim(new JobId(claim.getJob()), claim.getLease());
  }

  static LogProto.Payload payload(Payload payload) {
    return LogProto.Payload.newBuilder()
        .setEncodingValue(payload.encoding().number())
        .setBytes(payload.bytes())
        .build();
  }

  static Payload payload(LogProto.Payload payload) {
    Payload.Encoding encoding = Payload.Encoding.of(payload.getEncodingValue());
    if (encoding == null || encoding == Payload.Encoding.TEXT) {
      throw new IllegalStateException("an encoding that this version does not know");
    }
    return new Payload(encoding, payload.getBytes());
  }
}
