package dev.flashq.statemachine.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command.PullJobs;
import dev.flashq.statemachine.Query.IsAnswered;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.RequestId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node can tell from the stored state whether a request is a repeated one. */
class AnsweredRequestsTest {
  private static final PullJobs PULL = new PullJobs(new QueueName("mail"), 1, 0);

  @TempDir Path folder;
  private EngineFixture engine;

  @BeforeEach
  void open() {
    engine = new EngineFixture(folder);
    for (int i = 0; i < 4; i++) {
      engine.queue("mail").push("letter");
    }
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void knowsARequestFromItsFirstAnswerOn() {
    assertThat(isAnswered("worker", 1)).isFalse();

    engine.apply(new RequestId("worker", 1, 1), PULL);

    assertThat(isAnswered("worker", 1)).isTrue();
    assertThat(isAnswered("worker", 2)).isFalse();
  }

  @Test
  void anEmptyDeliveryIsNotOnRecord() {
    engine.queue("mail").pullAll();

    engine.apply(new RequestId("worker", 1, 1), PULL);

    assertThat(isAnswered("worker", 1)).isFalse();
  }

  @Test
  void knowsThatASettledRequestWasAnswered() {
    engine.apply(new RequestId("worker", 1, 1), PULL);
    engine.apply(new RequestId("worker", 2, 2), PULL);
    engine.apply(new RequestId("worker", 4, 3), PULL);

    assertThat(isAnswered("worker", 1)).isTrue();
    assertThat(isAnswered("worker", 3)).isFalse();
  }

  @Test
  void doesNotConfuseClientsOneOfWhoseNamesBeginsWithTheOther() {
    engine.apply(new RequestId("worker-b", 1, 1), PULL);
    engine.apply(new RequestId("worker\0b234567", 1, 1), PULL);

    assertThat(isAnswered("worker", 1)).isFalse();

    engine.apply(new RequestId("worker", 1, 1), PULL);
    assertThat(isAnswered("worker", 1)).isTrue();
  }

  private boolean isAnswered(String client, long sequence) {
    return engine.engine().ask(new IsAnswered(new RequestId(client, sequence, 1)));
  }
}
