package dev.flashq.statemachine.log;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditHead;
import dev.flashq.statemachine.AuditKey;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataPolicy;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobState;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.Retention;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.SampleOptions;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.statemachine.WrappedKey;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A command of every kind, with every field set; and variants behind a slash. */
public final class GoldenCommands {
  static final EntryHeader HEADER = new EntryHeader("n2", 5, 1001, 998);
  static final Principal PRINCIPAL = new Principal("tester");
  static final RequestId REQUEST_ID = new RequestId("client-1", 77, 70);
  static final long PROPOSED_AT_MS = 1_700_000_000_123L;

  private static final QueueName QUEUE = new QueueName("pay:eu");
  private static final JobId JOB = new JobId(1234);
  private static final Claim CLAIM = new Claim(JOB, 3);
  private static final Payload JSON = Payload.json("{\"n\":1}");
  private static final Payload SEALED =
      new Payload(Payload.Encoding.SEALED, ByteString.copyFrom(new byte[] {1, 0, 42}));
  private static final Payload MESSAGE_PACK =
      new Payload(
          Payload.Encoding.MESSAGE_PACK,
          ByteString.copyFrom(new byte[] {(byte) 0x81, (byte) 0xa1, 'n', 1}));

  private static final ByteString HASH = ByteString.copyFrom(new byte[] {9, 8, 7, 6});
  private static final Permission PERMISSION =
      new Permission(List.of("jobs:*", "mail"), List.of(Operation.PULL, Operation.ACK), false);

  private GoldenCommands() {}

  public static Map<String, Command> byName() {
    var commands = new TreeMap<String, Command>();
    commands.put(
        "PushJobs",
        new Command.PushJobs(
            QUEUE,
            List.of(
                new NewJob(JSON, JobOptions.DEFAULTS), new NewJob(MESSAGE_PACK, everyOption()))));
    for (PushOption option : PushOption.ALL) {
      commands.put(
          "PushJobs/" + option,
          new Command.PushJobs(QUEUE, List.of(new NewJob(JSON, SampleOptions.only(option)))));
    }
    commands.put("PullJobs", new Command.PullJobs(QUEUE, 100, 0));
    commands.put(
        "AckJobs",
        new Command.AckJobs(
            List.of(new Command.Ack(CLAIM, JSON), new Command.Ack(new Claim(JOB, 0), null))));
    commands.put("FailJob", new Command.FailJob(CLAIM, "smtp is down"));
    commands.put("ReportProgress", new Command.ReportProgress(CLAIM, 50, "half"));
    commands.put("ReportProgress/silent", new Command.ReportProgress(CLAIM, 100, null));
    commands.put("ReportProgress/empty", new Command.ReportProgress(CLAIM, 0, ""));
    commands.put("RenewLease", new Command.RenewLease(CLAIM));
    commands.put("CancelJob", new Command.CancelJob(JOB));
    commands.put("UpdateJob", new Command.UpdateJob(JOB, MESSAGE_PACK));
    commands.put("ChangePriority", new Command.ChangePriority(JOB, -7));
    commands.put("MoveToDelayed", new Command.MoveToDelayed(CLAIM, 5000));
    commands.put("PromoteJob", new Command.PromoteJob(JOB));
    commands.put("DiscardJob", new Command.DiscardJob(CLAIM));
    commands.put("SetPaused", new Command.SetPaused(QUEUE, true));
    commands.put("SetPaused/resume", new Command.SetPaused(QUEUE, false));
    commands.put("DrainQueue", new Command.DrainQueue(QUEUE, Long.MAX_VALUE, 5000));
    commands.put(
        "SetRateLimit", new Command.SetRateLimit(QUEUE, new Command.RateLimit(10, 60_000)));
    commands.put("SetRateLimit/none", new Command.SetRateLimit(QUEUE, null));
    commands.put("SetConcurrency", new Command.SetConcurrency(QUEUE, 8));
    commands.put("SetConcurrency/zero", new Command.SetConcurrency(QUEUE, 0));
    commands.put("SetConcurrency/none", new Command.SetConcurrency(QUEUE, null));
    commands.put(
        "ReleaseJobs", new Command.ReleaseJobs(List.of(CLAIM, new Claim(new JobId(9), 1))));
    commands.put("Tick", new Command.Tick(4711, 0x8877665544332211L));
    commands.put("RaiseFeatureLevel", new Command.RaiseFeatureLevel(1));
    commands.put("ExtendLeases", new Command.ExtendLeases(6_500, 2_000));
    commands.put("SetClock", new Command.SetClock(1_700_000_000_123L));
    commands.put(
        "SetAccessKey", new Command.SetAccessKey(ByteString.copyFrom(new byte[] {1, 2, 3, 4})));
    commands.put(
        "ListTokens",
        new Command.ListTokens(
            "n1",
            List.of(
                new ListedToken(HASH, "worker", List.of(PERMISSION, Permission.EVERYTHING)),
                new ListedToken(HASH, "other", List.of()))));
    commands.put("ListTokens/none", new Command.ListTokens("n1", List.of()));
    commands.put("NoteUse", new Command.NoteUse(List.of(1L, 300L)));
    commands.put(
        "CreateToken",
        new Command.CreateToken("worker", HASH, List.of("reader", "writer"), 1_800_000_000_000L));
    commands.put("RotateToken", new Command.RotateToken("worker", HASH, 60_000));
    commands.put("ExpireToken", new Command.ExpireToken("worker", 1_800_000_000_000L));
    commands.put("RevokeToken", new Command.RevokeToken("worker"));
    commands.put(
        "PutRole",
        new Command.PutRole(
            new Role("golden", List.of(PERMISSION), List.of(Permission.EVERYTHING))));
    commands.put("DropRole", new Command.DropRole("golden"));
    commands.put(
        "BindCertificate",
        new Command.BindCertificate("CN=worker,O=Example", List.of("reader", "writer")));
    commands.put(
        "SetAuditPolicy",
        new Command.SetAuditPolicy(
            new AuditPolicy(
                List.of(
                    new AuditPolicy.Rule(
                        List.of(AuditAction.PUSH, AuditAction.ACK),
                        true,
                        List.of("jobs:*"),
                        AuditPolicy.Scope.REFUSED)),
                86_400_000,
                1_000_000)));
    commands.put(
        "SetQuota",
        new Command.SetQuota(
            new Quota(
                Quota.Owner.ROLE,
                "producer",
                List.of(
                    new Quota.Pushes(
                        List.of("jobs:*", "mail"), new Command.RateLimit(100, 60_000))),
                new UseLimits(0, 10, 1 << 20, UseLimits.UNLIMITED))));
    commands.put(
        "NoteLogins",
        new Command.NoteLogins(
            List.of(new Command.RefusedLogins("10.6.6.6", 300), new Command.RefusedLogins("", 1))));
    commands.put(
        "SetAuditKey",
        new Command.SetAuditKey(
            new AuditKey(
                ByteString.copyFrom(new byte[] {1, 2}), ByteString.copyFrom(new byte[] {3, 4}))));
    commands.put(
        "SignAuditHead",
        new Command.SignAuditHead(
            new AuditHead(
                12345, 300, 1_700_000_000_123L, HASH, ByteString.copyFrom(new byte[] {5, 6})),
            298));
    commands.put(
        "NoteRead",
        new Command.NoteRead(
            AuditAction.GET_JOB, QUEUE, List.of(JOB, new JobId(1)), 2, ErrorCode.FORBIDDEN));
    commands.put(
        "NoteRead/all", new Command.NoteRead(AuditAction.LIST_QUEUES, null, List.of(), 0, null));
    commands.put(
        "SetSchema",
        new Command.SetSchema(
            "mail*", DataSchema.Mode.REPORT, ByteString.copyFromUtf8("{\"type\":\"object\"}")));
    commands.put("SetSchema/none", new Command.SetSchema("mail*", DataSchema.Mode.ENFORCE, null));
    commands.put(
        "SetDataPolicy",
        new Command.SetDataPolicy(new DataPolicy("mail*", true, List.of("cvv"), true, 1000)));
    commands.put(
        "CleanQueues",
        new Command.CleanQueues(
            "mail*", JobState.COMPLETED, 60_000, 100, ByteString.copyFromUtf8("from")));
    commands.put(
        "SetRetention", new Command.SetRetention(new Retention("mail*", 1000, 10, 2000, 20)));
    commands.put("SetRetention/none", new Command.SetRetention(new Retention("mail*", 0, 0, 0, 0)));
    commands.put(
        "BeginErasure",
        new Command.BeginErasure(
            new Erasure.Request(
                "userId",
                ByteString.copyFromUtf8("\"u1\""),
                List.of(
                    new Erasure.Edit("email", ByteString.copyFromUtf8("null")),
                    new Erasure.Edit("/name", null)),
                List.of("mail*", "pay"),
                List.of(JobState.COMPLETED, JobState.FAILED),
                true)));
    commands.put("CancelErasure", new Command.CancelErasure(1));
    commands.put(
        "EraseJobs",
        new Command.EraseJobs(
            1,
            1,
            5,
            new Erasure.Counts(4, 3, 0, 2, 1, 0),
            List.of(
                new Erasure.Replacement(
                    JOB, JobPart.RESULT, ByteString.copyFromUtf8("hash"), MESSAGE_PACK)),
            true));
    commands.put(
        "SetDataPolicy/names",
        new Command.SetDataPolicy(new DataPolicy("mail*", false, List.of(), false, 0, true)));
    ByteString wrapped = ByteString.copyFromUtf8("wrapped");
    ByteString hash = ByteString.copyFromUtf8("hash");
    commands.put("SealQueues", new Command.SealQueues("mail*", new WrappedKey(3, wrapped), false));
    commands.put(
        "SealQueues/destroy", new Command.SealQueues("mail*", new WrappedKey(3, wrapped), true));
    commands.put("UnsealQueues", new Command.UnsealQueues("mail*"));
    commands.put("DestroySubject", new Command.DestroySubject("", hash));
    commands.put(
        "AddKeys",
        new Command.AddKeys(
            3,
            List.of(
                new Command.NewKey(ByteString.EMPTY, wrapped), new Command.NewKey(hash, wrapped))));
    commands.put("BeginRing", new Command.BeginRing(4, ByteString.copyFromUtf8("id")));
    commands.put(
        "RewrapKeys", new Command.RewrapKeys(4, List.of(new Command.RewrappedKey(7, wrapped))));
    commands.put(
        "ResealJobs",
        new Command.ResealJobs(
            9,
            1,
            5,
            4,
            1,
            List.of(new Erasure.Replacement(JOB, JobPart.ERROR, hash, SEALED)),
            true));
    commands.put("FailJob/sealed", new Command.FailJob(new Claim(JOB, 3), "", wrapped));
    commands.put(
        "ReportProgress/sealed", new Command.ReportProgress(new Claim(JOB, 3), 50, null, wrapped));
    commands.put("UpdateJob/sealed", new Command.UpdateJob(JOB, SEALED));
    commands.put("NoteExported", new Command.NoteExported(300, 1_700_000_000_123L));
    commands.put(
        "SetAuditPolicy/drop",
        new Command.SetAuditPolicy(
            new AuditPolicy(List.of(), 86_400_000, 1_000_000, AuditPolicy.WhenFull.DROP_EXPORTED)));
    commands.put("ForgetQueue", new Command.ForgetQueue(QUEUE));
    commands.put(
        "DrainQueue/from",
        new Command.DrainQueue(QUEUE, 5678, 5000, ByteString.copyFrom(new byte[] {1, 2, 3})));
    commands.put(
        "RetryDeadJobs/from",
        new Command.RetryDeadJobs(QUEUE, null, 5000, ByteString.copyFrom(new byte[] {0, 2})));
    commands.put(
        "RemoveJobs/from",
        new Command.RemoveJobs(
            QUEUE, JobState.WAITING, 60_000, 5678, 100, ByteString.copyFrom(new byte[] {1, 9})));
    commands.put("RetryDeadJobs", new Command.RetryDeadJobs(QUEUE, JOB, 1));
    commands.put("RetryDeadJobs/all", new Command.RetryDeadJobs(QUEUE, null, 5000));
    for (JobState state : JobState.values()) {
      commands.put(
          state == JobState.WAITING ? "RemoveJobs" : "RemoveJobs/" + state,
          new Command.RemoveJobs(QUEUE, state, 60_000, 5678, 100));
    }
    return commands;
  }

  private static JobOptions everyOption() {
    return JobOptions.builder()
        .priority(-3)
        .delayMs(1)
        .ttlMs(2)
        .timeoutMs(3)
        .maxAttempts(4)
        .backoffMs(5)
        .fixedBackoff(true)
        .uniqueKey("unique")
        .customId("custom")
        .debounceId("debounce")
        .debounceTtlMs(6)
        .tags(List.of("a", "é"))
        .lifo(true)
        .groupId("group")
        .dependsOn(List.of(new JobId(1), new JobId((1L << 53) - 1)))
        .removeOnComplete(true)
        .removeOnFail(true)
        .stallTimeoutMs(7)
        .keepCompletedAgeMs(8)
        .keepCompletedCount(9)
        .build();
  }
}
