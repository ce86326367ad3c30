package dev.flashq.statemachine.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reply;
import dev.flashq.statemachine.RequestId;
import dev.flashq.statemachine.store.Column;
import dev.flashq.statemachine.store.Database;
import dev.flashq.statemachine.store.FrontBudget;
import dev.flashq.statemachine.store.Tables;
import dev.flashq.statemachine.timer.Timers;
import dev.flashq.statemachine.turn.Meta;
import dev.flashq.statemachine.turn.WorkBudget;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of the answers of one principal has a limit, and costs others nothing. */
class AnswersTest {
  private static final Principal ANN = new Principal("ann");
  private static final Principal BOB = new Principal("bob");
  private static final long LIMIT = 100_000;

  @TempDir Path folder;
  private Database db;
  private Tables tables;
  private Answers answers;
  private long now = 1_000_000;

  @BeforeEach
  void open() {
    db = new Database(folder);
    tables = new Tables(db);
    answers =
        new Answers(tables, new Timers(tables, new FrontBudget(1000)), new Meta(tables), LIMIT);
  }

  @AfterEach
  void close() {
    tables.close();
    db.close();
  }

  @Test
  void whoHasTooManyAnswersLosesTheOldestOfItsOwn() {
    single(BOB, "first");
    for (int i = 0; i < 2000; i++) {
      single(ANN, "a" + i);
    }
    assertThat(known("bob:first")).isTrue();
    assertThat(known("ann:a1999")).isTrue();
    assertThat(known("ann:a0")).isFalse();
    assertThat(storedBytes()).isBetween(LIMIT / 3, LIMIT);
  }

  @Test
  void whoIsHeardAgainIsNotTheOldest() {
    single(ANN, "a0");
    for (int i = 1; i < 2000; i++) {
      single(ANN, "a" + i);
      give(ANN, new RequestId("ann:a0", i, i));
    }
    assertThat(answers.find(new RequestId("ann:a0", 1999, 0), new WorkBudget(tables))).isNotNull();
    answers.write(now);
    assertThat(known("ann:a1")).isFalse();
  }

  private void single(Principal principal, String id) {
    give(principal, new RequestId(principal.name() + ":" + id, 0, 0));
  }

  private void give(Principal principal, RequestId id) {
    now++;
    tables.beginEntry();
    answers.give(id, principal, new Command.SetPaused(new QueueName("q"), true), Reply.Done.DONE);
    answers.write(now);
    tables.commit();
  }

  private boolean known(String client) {
    boolean known = answers.find(new RequestId(client, 0, 0), new WorkBudget(tables)) != null;
    answers.forget();
    return known;
  }

  private long storedBytes() {
    var bytes = new long[1];
    for (Column column : new Column[] {Column.CLIENTS, Column.ANSWERS, Column.CLIENTS_HEARD}) {
      tables.scan(
          column,
          new byte[0],
          new byte[0],
          (key, value) -> {
            bytes[0] += key.length + value.length;
            return true;
          });
    }
    return bytes[0];
  }
}
