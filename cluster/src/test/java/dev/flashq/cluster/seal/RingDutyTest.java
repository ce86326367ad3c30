package dev.flashq.cluster.seal;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.seal.SealedCluster.Member;
import dev.flashq.security.seal.RingKey;
import dev.flashq.security.seal.RingKeys;
import dev.flashq.security.secrets.SecretException;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.Reply.Done;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One ring key after the other, while leaders and members come and go and disks fail. */
class RingDutyTest {
  @TempDir Path folder;
  private SealedCluster cluster;
  private Member first;
  private Member second;
  private Member third;

  @BeforeEach
  void start() {
    cluster = new SealedCluster(folder);
    first = cluster.members.get(0);
    second = cluster.members.get(1);
    third = cluster.members.get(2);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static void lead(Member next, Member... others) {
    next.leads = true;
    next.runs = true;
    for (Member other : others) {
      other.leads = false;
      other.runs = false;
    }
  }

  private void allRun() {
    cluster.members.forEach(member -> member.runs = true);
  }

  private static List<Long> numbers(Member member) {
    return member.ring().held().stream().map(RingKey::number).toList();
  }

  private void allHoldOnlyTheRingKey() {
    String id = HexFormat.of().formatHex(cluster.keys().ringId().toByteArray());
    for (Member member : cluster.members) {
      assertThat(member.ring().held()).singleElement().extracting(RingKey::id).isEqualTo(id);
    }
  }

  private JobId sealed() {
    assertThat(first.submit(new Command.SealQueues("pay", null, false))).isEqualTo(Done.DONE);
    return first.pushed("pay", "1", o -> o);
  }

  private void isReadByAll(JobId id) {
    for (Member member : cluster.members) {
      member.start();
      assertThat(requireNonNull(member.ask(new Query.GetJob(id)).job()).data())
          .isEqualTo(Payload.json("1"));
    }
  }

  private void wantAnother() {
    assertThat(first.submit(new Command.DestroySubject("nobody", ByteString.EMPTY)))
        .isInstanceOf(Reply.class);
    assertThat(cluster.keys().wanted()).isTrue();
  }

  private void named() {
    var _ = first.pushed("pay", "1", o -> o.subject("anna"));
  }

  @Test
  void ofTwoThatTwoLeadersMadeOneIsBegunAndTheOtherIsDestroyed() {
    lead(first, second, third);
    cluster.pass();
    lead(second, first, third);
    cluster.pass();
    assertThat(numbers(first)).containsExactly(1L);
    assertThat(numbers(second)).containsExactly(1L);
    assertThat(first.ring().held()).isNotEqualTo(second.ring().held());
    allRun();
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(1);
    allHoldOnlyTheRingKey();
    isReadByAll(sealed());
  }

  @Test
  void theLeaderAfterTheOneThatMadeItBeginsIt() {
    cluster.pass();
    JobId id = sealed();
    named();
    wantAnother();
    first.look();
    assertThat(numbers(first)).containsExactly(1L, 2L);
    first.leads = false;
    second.leads = true;
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    allHoldOnlyTheRingKey();
    isReadByAll(id);
  }

  @Test
  void whoWasAwayForTwoOfThemComesBackToTheThird() {
    cluster.pass();
    JobId id = sealed();
    named();
    third.runs = false;
    for (long number : List.of(2L, 3L)) {
      wantAnother();
      cluster.pass();
      assertThat(cluster.keys().ring()).isEqualTo(number);
    }
    assertThat(numbers(third)).containsExactly(1L);
    third.runs = true;
    third.start();
    cluster.pass();
    allHoldOnlyTheRingKey();
    isReadByAll(id);
  }

  private static RingKey made(Member member, long number) {
    try {
      return member.ring().make(number);
    } catch (SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void destroy(Member member, RingKey key) {
    try {
      member.ring().destroy(key.number(), key.id());
    } catch (SecretException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFolderThatIsFullOfOthersHoldsNothingUp() {
    cluster.pass();
    JobId id = sealed();
    named();
    third.runs = false;
    RingKey own = made(first, 2);
    while (second.ring().held().size() < RingKeys.MAX) {
      RingKey other = made(second, 2);
      if (other.id().compareTo(own.id()) < 0) {
        destroy(second, other);
      }
    }
    wantAnother();
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    third.runs = true;
    cluster.pass();
    allHoldOnlyTheRingKey();
    isReadByAll(id);
  }

  @Test
  void aDiskThatTakesNothingIsTriedAgain() throws IOException {
    Path away = Files.move(first.folder(), folder.resolve("away"));
    Files.createFile(first.folder());
    cluster.pass();
    assertThat(first.ring().held()).isEmpty();
    assertThat(cluster.keys().ring()).isZero();
    Files.delete(first.folder());
    Files.move(away, first.folder());
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(1);
    allHoldOnlyTheRingKey();
  }

  @Test
  void aKeyThatCannotBeDeletedHoldsUpNothingElse() throws IOException {
    cluster.pass();
    JobId id = sealed();
    named();
    wantAnother();
    Path old;
    try (var files = Files.list(first.folder())) {
      old = files.findFirst().orElseThrow();
    }
    Files.delete(old);
    Files.createDirectory(old);
    Path inTheWay = Files.createFile(old.resolve("in-the-way"));
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(2);
    assertThat(cluster.keys().unwrapped()).isZero();
    assertThat(numbers(first)).containsExactly(1L, 2L);
    wantAnother();
    cluster.pass();
    assertThat(cluster.keys().ring()).isEqualTo(3);
    Files.delete(inTheWay);
    Files.delete(old);
    cluster.pass();
    allHoldOnlyTheRingKey();
    isReadByAll(id);
  }
}
