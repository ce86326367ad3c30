package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Quota;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.UseLimits;
import dev.flashq.transport.TestLimits;
import dev.flashq.transport.Tokens;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AccessCommandsTest {
  private static final ByteString HASH = ByteString.copyFromUtf8("h".repeat(32));

  private final Tokens tokens = Tokens.of("secret", "ann");
  private final TcpFixture fixture = new TcpFixture(tokens, TestLimits.LIMITS);

  @AfterEach
  void stop() {
    fixture.close();
  }

  private String asked(String request) throws IOException {
    try (TextClient client = fixture.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      return client.ask(request);
    }
  }

  @Test
  void aNewTokenIsShownOnce() throws IOException {
    assertThat(asked("{'cmd':'TOKENCREATE','name':'w','roles':['r'],'expires':99}"))
        .isEqualTo("{\"ok\":true,\"name\":\"w\",\"token\":\"fq_new\",\"success\":true}");
    assertThat(fixture.gateway.access)
        .containsExactly(new Command.CreateToken("w", HASH, List.of("r"), 99));
    assertThat(asked("{'cmd':'TOKENLIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"tokens\":[{\"name\":\"worker\",\"type\":\"token\",\"state\":\"active\","
                + "\"roles\":[\"w\"],\"members\":[],\"created\":1000,\"expires\":null,"
                + "\"last_used\":3600000}],\"more\":false,"
                + "\"success\":true}");
  }

  @Test
  void tokensAreRotatedExpiredAndRevoked() throws IOException {
    assertThat(asked("{'cmd':'TOKENROTATE','name':'w'}")).contains("\"token\":\"fq_new\"");
    asked("{'cmd':'TOKENROTATE','name':'w','overlap':5}");
    asked("{'cmd':'TOKENEXPIRE','name':'w','expires':7}");
    asked("{'cmd':'TOKENREVOKE','name':'w'}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.RotateToken("w", HASH, 24 * 3_600_000L),
            new Command.RotateToken("w", HASH, 5),
            new Command.ExpireToken("w", 7),
            new Command.RevokeToken("w"));
  }

  @Test
  void rolesArePutShownAndDropped() throws IOException {
    asked(
        "{'cmd':'ROLEPUT','name':'w','queues':['jobs:*'],'operations':['pull','getJob'],"
            + "'deny':[{'queues':['*:secret'],'operations':['*']}]}");
    asked("{'cmd':'ROLEDROP','name':'w'}");
    asked("{'cmd':'CERTBIND','subject':'CN=w','roles':['w']}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.PutRole(
                new Role(
                    "w",
                    List.of(
                        new Permission(
                            List.of("jobs:*"), List.of(Operation.PULL, Operation.GET_JOB), false)),
                    List.of(new Permission(List.of("*:secret"), List.of(), true)))),
            new Command.DropRole("w"),
            new Command.BindCertificate("CN=w", List.of("w")));
    assertThat(asked("{'cmd':'ROLELIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"roles\":[{\"name\":\"w\",\"queues\":[\"jobs:*\"],"
                + "\"operations\":[\"pull\"],"
                + "\"deny\":[{\"queues\":[\"*:secret\"],\"operations\":[\"*\"]}]}],\"more\":false,"
                + "\"success\":true}");
  }

  @Test
  void quotasArePutAndShown() throws IOException {
    asked(
        "{'cmd':'QUOTAPUT','type':'role','name':'w','pushes':[{'queues':['a*','b'],'max':10,"
            + "'duration':60000},{'max':3}],'limits':{'connections':5,'queues':null}}");
    asked("{'cmd':'QUOTAPUT','type':'token','name':'w'}");
    long none = UseLimits.UNLIMITED;
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetQuota(
                new Quota(
                    Quota.Owner.ROLE,
                    "w",
                    List.of(
                        new Quota.Pushes(List.of("a*", "b"), new Command.RateLimit(10, 60_000)),
                        new Quota.Pushes(List.of("*"), new Command.RateLimit(3, 1000))),
                    new UseLimits(5, none, none, none))),
            new Command.SetQuota(new Quota(Quota.Owner.TOKEN, "w", List.of(), UseLimits.NONE)));
    assertThat(asked("{'cmd':'QUOTALIST'}"))
        .isEqualTo(
            "{\"ok\":true,\"quotas\":[{\"type\":\"token\",\"name\":\"w\",\"pushes\":["
                + "{\"queues\":[\"mail\"],\"max\":5,\"duration\":1000}],\"limits\":{"
                + "\"connections\":2,\"waits\":null,\"bytes\":null,\"queues\":3}}],\"more\":false,"
                + "\"success\":true}");
    for (String wrong :
        List.of(
            "'type':'queue','name':'w'",
            "'name':'w'",
            "'type':'role'",
            "'type':'role','name':'a b'",
            "'type':'token','name':'anonymous'",
            "'type':'role','name':'w','pushes':[{'queues':['a']}]",
            "'type':'role','name':'w','pushes':[{'queues':[],'max':1}]",
            "'type':'role','name':'w','pushes':[{'queues':['a'],'max':-1}]",
            "'type':'role','name':'w','pushes':[{'queues':['a'],'max':1,'duration':0}]",
            "'type':'role','name':'w','limits':{'waits':-1}",
            "'type':'role','name':'w','limits':7")) {
      assertThat(asked("{'cmd':'QUOTAPUT'," + wrong + "}")).as(wrong).contains("INVALID_REQUEST");
    }
    assertThat(fixture.gateway.access).hasSize(2);
  }

  @Test
  void aTokenHasNoMoreConnectionsThanItMay() throws IOException {
    tokens.limit(new UseLimits(2, 9, 9, 9));
    TextClient second = fixture.text();
    try (TextClient first = fixture.text();
        TextClient third = fixture.text()) {
      String login = "{'cmd':'AUTH','token':'secret'}";
      assertThat(first.ask(login)).contains("\"ok\":true");
      assertThat(first.ask(login)).contains("\"ok\":true");
      assertThat(second.ask(login)).contains("\"ok\":true");
      assertThat(third.ask(login))
          .contains("LIMIT_EXCEEDED", "Token ann may use at most 2 connections at once");
      assertThat(third.ask("{'cmd':'ISPAUSED','queue':'q'}")).contains("UNAUTHENTICATED");
      second.close();
      await().until(() -> third.ask(login).contains("\"ok\":true"));
    } finally {
      second.close();
    }
  }

  @Test
  void aTokenHasNoMoreWaitsAndBytesUnderWayThanItMay() throws IOException {
    tokens.limit(new UseLimits(9, 2, 100, 9));
    try (TextClient client = fixture.text();
        TextClient other = fixture.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      other.ask("{'cmd':'AUTH','token':'secret'}");
      String pull = "{'cmd':'PULL','queue':'q','timeout':60000,'reqId':1}";
      client.send(pull);
      other.send(pull);
      assertThat(other.ask("{'cmd':'PULL','queue':'q','timeout':60000,'reqId':2}"))
          .contains("LIMIT_EXCEEDED", "at most 2 waiting requests");
      assertThat(
              client.ask("{'cmd':'PUSH','queue':'p','reqId':3,'data':'" + "x".repeat(100) + "'}"))
          .contains("LIMIT_EXCEEDED", "at most 100 bytes of requests");
      for (int i = 0; i < 5; i++) {
        assertThat(client.ask("{'cmd':'PUSH','queue':'p','reqId':4,'data':1}"))
            .contains("\"ok\":true");
      }
      tokens.limit(UseLimits.NONE);
      fixture.server.recheck();
      await()
          .until(
              () ->
                  client
                      .ask("{'cmd':'PUSH','queue':'p','reqId':5,'data':'" + "x".repeat(100) + "'}")
                      .contains("\"ok\":true"));
    }
  }

  @Test
  void tellsWhetherSomethingIsAllowed() throws IOException {
    assertThat(asked("{'cmd':'ACCESSCHECK','token_name':'w','op':'pull','queue':'jobs:a'}"))
        .isEqualTo("{\"ok\":true,\"allowed\":true,\"role\":\"w\",\"success\":true}");
    assertThat(fixture.gateway.checked)
        .containsExactly(new Query.CheckAccess("w", Operation.PULL, new QueueName("jobs:a")));
  }

  @Test
  void saysWhatIsWrongWithARequest() throws IOException {
    assertThat(asked("{'cmd':'ROLEPUT','name':'w','queues':['a'],'operations':['fly']}"))
        .contains("an operation is one of push, pull, ack");
    assertThat(asked("{'cmd':'ROLEPUT','name':'w','queues':[],'operations':['push']}"))
        .contains("a permission names queues and operations");
    assertThat(asked("{'cmd':'ROLEPUT','queues':['a'],'operations':['push']}"))
        .contains("missing field name");
    assertThat(asked("{'cmd':'TOKENCREATE','name':'w'}")).contains("missing field roles");
    assertThat(asked("{'cmd':'TOKENEXPIRE','name':'w'}")).contains("missing field expires");
    assertThat(asked("{'cmd':'ACCESSCHECK','op':'fly'}")).contains("an operation is one of");
    assertThat(asked("{'cmd':'ROLEPUT','name':'w','queues':['a'],'operations':['push'],'deny':5}"))
        .contains("INVALID_REQUEST");
    assertThat(fixture.gateway.access).isEmpty();
  }

  @Test
  void aRevokedTokenEndsItsSessionsAndWaits() throws IOException {
    try (TextClient client = fixture.text();
        TextClient idle = fixture.text()) {
      client.ask("{'cmd':'AUTH','token':'secret'}");
      idle.ask("{'cmd':'AUTH','token':'secret'}");
      client.send("{'cmd':'PULL','queue':'q','timeout':60000,'reqId':1}");
      assertThat(client.ask("{'cmd':'PING','reqId':2}")).contains("pong");

      tokens.revoke("secret");
      fixture.server.recheck();

      assertThat(client.answer()).contains("\"job\":null");
      assertThat(client.answerOrEnd()).isNull();
      assertThat(idle.answerOrEnd()).isNull();
    }
  }

  @Test
  void nobodyLogsInWhileTheNodeHearsOfNoLeader() throws IOException {
    tokens.knowing(false);
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'AUTH','token':'secret'}")).contains("SERVICE_UNAVAILABLE");
      tokens.knowing(true);
      assertThat(client.ask("{'cmd':'AUTH','token':'secret'}")).contains("\"ok\":true");
    }
  }

  @Test
  void aLoginWaitsUntilTheNodeHearsOfALeaderAgain() throws IOException {
    tokens.knowing(false);
    tokens.whenCatchingUp(() -> tokens.knowing(true));
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'AUTH','token':'secret'}")).contains("\"ok\":true");
    }
  }

  @Test
  void aTokenThatAnotherNodeHasJustMadeIsNoWrongOne() throws IOException {
    tokens.whenCatchingUp(() -> tokens.add("fresh", "bob"));
    try (TextClient client = fixture.text()) {
      client.send("{'cmd':'AUTH','token':'fresh'}\n{'cmd':'ISPAUSED','queue':'q'}");
      assertThat(client.answer()).contains("\"ok\":true");
      assertThat(client.answer()).contains("\"paused\":false");
    }
    assertThat(fixture.stats.authenticationFailures.sum()).isZero();
  }

  @Test
  void theAuditTrailIsReadWithTheFieldsOfTheGuide() throws IOException {
    assertThat(asked("{'cmd':'AUDIT','user':'ann','action':'push','success':true,'limit':2}"))
        .isEqualTo(
            "{\"ok\":true,\"records\":["
                + "{\"number\":7,\"timestamp\":\"2023-11-14T22:13:20.123Z\",\"action\":\"push\","
                + "\"queue\":\"mail\",\"jobId\":\"42\",\"userId\":\"ann\",\"ip\":\"10.0.0.1\","
                + "\"success\":true,\"details\":{\"count\":1}},"
                + "{\"number\":8,\"timestamp\":\"2023-11-14T22:13:20.124Z\",\"action\":\"ack\","
                + "\"queue\":\"\",\"success\":false,"
                + "\"details\":{\"count\":0,\"ids\":[\"1\",\"2\"],\"failed\":2,"
                + "\"code\":\"LEASE_LOST\"}}],"
                + "\"cursor\":\"1700000000124-8\",\"more\":true,\"success\":true}");
    asked("{'cmd':'AUDIT','cursor':'1700000000124-8'}");
    assertThat(asked("{'cmd':'AUDIT','cursor':'x'}")).contains("INVALID_REQUEST");
    assertThat(asked("{'cmd':'AUDIT','action':'fly'}")).contains("nothing is recorded as 'fly'");
    assertThat(fixture.gateway.audited)
        .containsExactly(
            new Query.ListAudit(
                0, 2 * Limits.DURATION_MS, "ann", AuditAction.PUSH, null, true, 0, 2),
            new Query.ListAudit(
                1_700_000_000_124L, 2 * Limits.DURATION_MS, null, null, null, null, 8, 100));
    assertThat(asked("{'cmd':'GETJOBS','queue':'audit:logs'}"))
        .startsWith("{\"ok\":true,\"jobs\":[{\"id\":7,\"queue\":\"audit:logs\"");
  }

  @Test
  void thePolicyOfTheAuditTrailIsSaidAndShown() throws IOException {
    asked(
        "{'cmd':'AUDITPOLICY','keep':5,'when_full':'drop_exported','rules':[{'actions':['push','*'],'queues':['a*'],"
            + "'record':'refused'},{'actions':['ack']}]}");
    assertThat(fixture.gateway.access)
        .containsExactly(
            new Command.SetAuditPolicy(
                new AuditPolicy(
                    List.of(
                        new AuditPolicy.Rule(
                            List.of(AuditAction.PUSH),
                            true,
                            List.of("a*"),
                            AuditPolicy.Scope.REFUSED),
                        new AuditPolicy.Rule(
                            List.of(AuditAction.ACK), false, List.of("*"), AuditPolicy.Scope.ALL)),
                    5,
                    AuditPolicy.KEEP_BYTES,
                    AuditPolicy.WhenFull.DROP_EXPORTED)));
    assertThat(asked("{'cmd':'AUDITPOLICY','rules':[],'when_full':'wait'}"))
        .contains("when_full is refuse or drop_exported");
    assertThat(asked("{'cmd':'AUDITPOLICYGET'}"))
        .contains("\"rules\":[{\"actions\":[\"progress\"".replace("progress", "heartbeat"));
    assertThat(asked("{'cmd':'AUDITPOLICY','rules':[{'actions':['fly']}]}"))
        .contains("nothing is recorded as 'fly'");
    assertThat(asked("{'cmd':'AUDITPOLICY','rules':[{'actions':['*'],'record':'some'}]}"))
        .contains("record is all, refused or none");
  }
}
