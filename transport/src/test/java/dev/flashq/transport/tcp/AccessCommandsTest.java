package dev.flashq.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.Limits;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Role;
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
  void aTokenThatAnotherNodeHasJustMadeIsNoWrongOne() throws IOException {
    tokens.whenCatchingUp(() -> tokens.add("fresh", "bob"));
    try (TextClient client = fixture.text()) {
      assertThat(client.ask("{'cmd':'AUTH','token':'fresh'}")).contains("SERVICE_UNAVAILABLE");
      assertThat(client.ask("{'cmd':'AUTH','token':'fresh'}")).contains("\"ok\":true");
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
