package dev.flashq.cluster.seal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.wire.MessagePackWriter;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Erasure;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.JobOptions;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasures look into what is sealed, and what they write is sealed. */
class SealedErasureTest {
  private static final String ADA = "{\"user\":\"u-1\",\"mail\":\"ada@example.com\",\"n\":1}";
  private static final String ERASED = "{\"user\":\"u-1\",\"mail\":\"[gone]\",\"n\":1}";
  private static final String BOB = "{\"user\":\"u-2\",\"mail\":\"bob@example.com\",\"n\":1}";

  @TempDir Path folder;
  private SealedCluster cluster;
  private SealedCluster.Member node;

  @BeforeEach
  void start() {
    cluster = new SealedCluster(folder);
    node = cluster.leader();
    cluster.pass();
    assertThat(node.submit(new Command.SealQueues("pay", null, false))).isEqualTo(Done.DONE);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void begin() {
    assertThat(
            node.submit(
                new Command.BeginErasure(
                    new Erasure.Request(
                        "user",
                        ByteString.copyFromUtf8("\"u-1\""),
                        List.of(new Erasure.Edit("mail", ByteString.copyFromUtf8("\"[gone]\""))),
                        List.of("*"),
                        List.of(),
                        false))))
        .isInstanceOf(Reply.Begun.class);
  }

  private Erasure erasure() {
    return cluster.engine.ask(new Query.ListErasures(Long.MAX_VALUE, 1)).erasures().getFirst();
  }

  private JobView stored(JobId id) {
    return requireNonNull(cluster.engine.ask(new Query.GetJob(id)).job());
  }

  private JobView job(JobId id) {
    return requireNonNull(node.ask(new Query.GetJob(id)).job());
  }

  private JobId packed() {
    var writer = new MessagePackWriter();
    writer.beginMap(2);
    writer.key("user");
    writer.string("u-1");
    writer.key("mail");
    writer.string("ada@example.com");
    var data =
        new Payload(Payload.Encoding.MESSAGE_PACK, ByteString.copyFrom(writer.toByteArray()));
    var job = new NewJob(data, JobOptions.DEFAULTS);
    Reply reply = node.submit(new Command.PushJobs(new QueueName("pay"), List.of(job)));
    return ((Reply.PushOutcome.Accepted) ((Reply.Pushed) reply).outcomes().getFirst()).id();
  }

  @Test
  void dataAndResultsOfBothEncodingsAreErasedAndSealedUnderTheSameKeys() {
    JobId plain = node.pushed("pay", ADA, o -> o);
    JobView held = ((Reply.Delivered) node.pull("pay")).jobs().getFirst();
    var ack = new Command.Ack(new Claim(held.id(), held.lease()), Payload.json(ADA));
    assertThat(node.submit(new Command.AckJobs(List.of(ack)))).isInstanceOf(Reply.Acked.class);
    JobId about = node.pushed("pay", ADA, o -> o.subject("ada"));
    JobId other = node.pushed("pay", BOB, o -> o);
    JobId packed = packed();
    Payload untouched = requireNonNull(stored(other).data());
    int before = cluster.log.size();
    begin();
    cluster.pass();
    assertThat(erasure().status()).isEqualTo(Erasure.Status.DONE);
    assertThat(erasure().counts().changed()).isEqualTo(3);
    assertThat(job(plain).data()).isEqualTo(Payload.json(ERASED));
    assertThat(job(plain).result()).isEqualTo(Payload.json(ERASED));
    assertThat(job(about).data()).isEqualTo(Payload.json(ERASED));
    assertThat(requireNonNull(job(packed).data()).bytes().toStringUtf8())
        .contains("[gone]")
        .doesNotContain("ada@");
    assertThat(stored(other).data()).isEqualTo(untouched);
    for (JobId id : List.of(plain, about, packed)) {
      assertThat(requireNonNull(stored(id).data()).isSealed()).isTrue();
    }
    assertThat(requireNonNull(stored(plain).result()).isSealed()).isTrue();
    assertThat(cluster.logHas("ada@example.com")).isFalse();
    // The order to erase names it; nothing that comes of it does.
    assertThat(cluster.log.subList(before + 1, cluster.log.size()))
        .noneMatch(entry -> SealedCluster.contains(entry, ByteString.copyFromUtf8("[gone]")));
    assertThat(node.submit(new Command.DestroySubject("ada", ByteString.EMPTY)))
        .isEqualTo(new Reply.Removed(1, false));
    assertThat(job(about).unreadable()).isTrue();
  }

  @Test
  void whatNobodyCanReadAnyMoreStaysAsItIs() {
    JobId about = node.pushed("pay", ADA, o -> o.subject("ada"));
    JobId plain = node.pushed("pay", ADA, o -> o);
    assertThat(node.submit(new Command.DestroySubject("ada", ByteString.EMPTY)))
        .isEqualTo(new Reply.Removed(1, false));
    begin();
    cluster.pass();
    assertThat(erasure().status()).isEqualTo(Erasure.Status.DONE);
    assertThat(erasure().counts().changed()).isEqualTo(1);
    assertThat(job(about).unreadable()).isTrue();
    assertThat(job(plain).data()).isEqualTo(Payload.json(ERASED));
  }

  @Test
  void aLeaderWithoutTheKeyLeavesItToTheNextOne() throws Exception {
    JobId id = node.pushed("pay", ADA, o -> o);
    cluster.pass();
    for (var key : node.ring().held()) {
      node.ring().destroy(key.number(), key.id());
    }
    node.start();
    cluster.members.forEach(member -> member.runs = member == node);
    begin();
    cluster.pass();
    // It has been told the key again only by those who run.
    assertThat(erasure().status()).isEqualTo(Erasure.Status.RUNNING);
    node.leads = false;
    cluster.members.get(1).leads = true;
    cluster.members.get(1).runs = true;
    cluster.pass();
    assertThat(erasure().status()).isEqualTo(Erasure.Status.DONE);
    assertThat(requireNonNull(cluster.members.get(1).ask(new Query.GetJob(id)).job()).data())
        .isEqualTo(Payload.json(ERASED));
  }
}
