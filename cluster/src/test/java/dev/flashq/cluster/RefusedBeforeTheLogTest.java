package dev.flashq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.flashq.cluster.propose.NotSentException;
import dev.flashq.cluster.raft.PeerClient;
import dev.flashq.protocol.ErrorCode;
import dev.flashq.protocol.log.LogProto;
import dev.flashq.protocol.log.LogProto.LogEntry;
import dev.flashq.protocol.log.LogProto.LoggedCommand;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RefusedException;
import dev.flashq.statemachine.Reply.Pushed;
import dev.flashq.statemachine.Reply.Refused;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.gateway.CommandGateway;
import dev.flashq.statemachine.gateway.Consistency;
import dev.flashq.statemachine.log.EntryCodec;
import dev.flashq.statemachine.log.EntryHeader;
import dev.flashq.statemachine.log.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be applied stops every replica for ever: it must not get into the log. */
class RefusedBeforeTheLogTest {
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;

  private static ByteString good(long sequence) {
    var submission =
        new Submission(
            new Principal("tester"),
            new RequestId("c", sequence, 0),
            new Command.CancelJob(new JobId(1)));
    return EntryCodec.encode(new EntryHeader("n9", 1, sequence, 0), List.of(submission));
  }

  /** A good entry with something else instead of its command. */
  private static ByteString with(LoggedCommand.Builder command)
      throws InvalidProtocolBufferException {
    return LogEntry.parseFrom(good(1)).toBuilder().setCommands(0, command).build().toByteString();
  }

  private static LoggedCommand.Builder command() throws InvalidProtocolBufferException {
    return LogEntry.parseFrom(good(1)).getCommands(0).toBuilder();
  }

  private static Map<String, ByteString> garbage() throws InvalidProtocolBufferException {
    var later = UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.EMPTY).build();
    var push = LogProto.PushJobs.newBuilder().setQueue("mail");
    var unreadable = LogProto.Payload.newBuilder().setEncodingValue(7);
    var garbage = new LinkedHashMap<String, ByteString>();
    garbage.put("no entry at all", ByteString.copyFromUtf8("not an entry"));
    garbage.put("nothing", ByteString.EMPTY);
    garbage.put("the end is missing", good(1).substring(0, good(1).size() - 3));
    garbage.put(
        "another format",
        LogEntry.parseFrom(good(1)).toBuilder().setFormat(2).build().toByteString());
    garbage.put("no command", with(command().clearBody()));
    garbage.put(
        "a command of a later version",
        with(
            command()
                .clearBody()
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(99, later).build())));
    garbage.put("a principal that is not there", with(command().setPrincipal(1)));
    garbage.put("a principal before the first", with(command().setPrincipal(-1)));
    garbage.put("a client that is not there", with(command().setClient(2)));
    garbage.put("a client before the first", with(command().setClient(-1)));
    garbage.put(
        "an unknown state",
        with(
            command()
                .setRemoveJobs(LogProto.RemoveJobs.newBuilder().setQueue("mail").setState(6))));
    garbage.put(
        "an unknown encoding",
        with(
            command().setPushJobs(push.addJobs(LogProto.NewJob.newBuilder().setData(unreadable)))));
    garbage.put("a queue without a name", with(command().setPushJobs(push.setQueue(""))));
    return garbage;
  }

  @Test
  void anEntryThatCannotBeReadIsRefusedToWhoeverSendsIt() throws Exception {
    try (var cluster = new TestCluster(folder, 3)) {
      cluster.start("n1");
      cluster.start("n2");
      String leader = cluster.leader();
      long sequence = 0;
      try (var member = new PeerClient(cluster.settings("n3"))) {
        for (Map.Entry<String, ByteString> entry : garbage().entrySet()) {
          assertThat(member.sendEntry(leader, entry.getValue()))
              .as(entry.getKey())
              .isInstanceOf(NotSentException.class)
              .hasMessageContaining("this is no entry of a member");
          assertThat(member.sendEntry(leader, good(++sequence))).isNull();
        }
      }
      cluster.start("n3");
      assertThat(cluster.push(leader, "\"a\"")).succeedsWithin(SOON).isInstanceOf(Pushed.class);
      cluster.awaitSameState();
      for (String node : List.of("n1", "n2", "n3")) {
        assertThat(cluster.engine(node).kinds())
            .filteredOn("CancelJob"::equals)
            .hasSize((int) sequence);
      }
      assertThat(cluster.fatal()).isEmpty();
    }
  }

  @Test
  void whatBreaksARuleIsRefusedAtTheGateway() {
    try (var cluster = new TestCluster(folder, 1).startAll()) {
      CommandGateway gateway = cluster.gateway(cluster.leader());
      var spaced = new QueueName("a b");
      refused(gateway, null, new Command.SetPaused(spaced, true), ErrorCode.INVALID_QUEUE_NAME);
      refused(
          gateway, null, new Command.PullJobs(TestCluster.MAIL, 0, 0), ErrorCode.BATCH_TOO_LARGE);
      refused(
          gateway,
          new RequestId("", 1, 0),
          new Command.CancelJob(new JobId(1)),
          ErrorCode.INVALID_REQUEST);
      for (Query<?> query :
          List.of(new Query.GetQueue(spaced), new Query.WaitForJob(new JobId(0), 1))) {
        assertThat(gateway.ask(Principal.ANONYMOUS, query, Consistency.LOCAL))
            .failsWithin(SOON)
            .withThrowableOfType(ExecutionException.class)
            .withCauseInstanceOf(RefusedException.class);
      }
      assertThat(cluster.push(cluster.leader(), "\"a\"")).succeedsWithin(SOON);
      assertThat(cluster.engine(cluster.leader()).kinds()).containsExactly("PushJobs");
    }
  }

  private static void refused(
      CommandGateway gateway, @Nullable RequestId id, Command command, ErrorCode code) {
    assertThat(gateway.submit(Principal.ANONYMOUS, id, command))
        .succeedsWithin(SOON)
        .isInstanceOfSatisfying(Refused.class, reply -> assertThat(reply.code()).isEqualTo(code));
  }
}
