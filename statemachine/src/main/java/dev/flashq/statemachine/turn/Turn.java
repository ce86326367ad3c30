package dev.flashq.statemachine.turn;

import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.Grant;
import dev.flashq.statemachine.Inspection;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueName;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Reply.Refused;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may know of the world while one command is applied, and where it says what it led
 * to. All turns of an entry share its time, its work and its facts.
 */
public final class Turn {
  private final long now;
  private final int featureLevel;
  private final boolean answering;
  private final Principal principal;
  private final Grant grant;
  private final List<Operation> operations;
  private final WorkBudget work;
  private final List<Fact> facts;
  private final Named named;
  private final Inspection inspection;

  /** The queues of the jobs that a command has named. */
  private static final class Named {
    private static final String SEVERAL = "*";

    private String queue = "";

    void add(String name) {
      queue = queue.isEmpty() || queue.equals(name) ? name : SEVERAL;
    }

    String take() {
      String taken = queue;
      queue = "";
      return taken;
    }
  }

  /**
   * @param now the replicated clock, Unix ms
   * @param featureLevel what all members are known to understand
   * @param answering whether the answers go to clients of this node, so that job data must be read
   *     for them
   */
  public Turn(long now, int featureLevel, boolean answering, WorkBudget work) {
    this(
        now,
        featureLevel,
        answering,
        Principal.SYSTEM,
        Grant.EVERYTHING,
        List.of(),
        work,
        new ArrayList<>(0),
        new Named(),
        Inspection.NONE);
  }

  private Turn(
      long now,
      int featureLevel,
      boolean answering,
      Principal principal,
      Grant grant,
      List<Operation> operations,
      WorkBudget work,
      List<Fact> facts,
      Named named,
      Inspection inspection) {
    this.now = now;
    this.featureLevel = featureLevel;
    this.answering = answering;
    this.principal = principal;
    this.grant = grant;
    this.operations = operations;
    this.work = work;
    this.facts = facts;
    this.named = named;
    this.inspection = inspection;
  }

  /** The turn of a command of this entry by somebody who may do everything. */
  public Turn of(Principal who) {
    return of(who, Grant.EVERYTHING);
  }

  /** The turn of a command of this entry. */
  public Turn of(Principal who, Grant may) {
    return who.equals(principal)
            && may == grant
            && operations.isEmpty()
            && inspection == Inspection.NONE
        ? this
        : new Turn(
            now, featureLevel, answering, who, may, List.of(), work, facts, named, Inspection.NONE);
  }

  /** The same turn for a command that is one of these operations on the jobs that it names. */
  public Turn onJobs(List<Operation> operations) {
    return grant.isEverything()
        ? this
        : new Turn(
            now,
            featureLevel,
            answering,
            principal,
            grant,
            operations,
            work,
            facts,
            named,
            inspection);
  }

  /** The same turn for a command whose data was looked at. */
  public Turn seen(Inspection its) {
    return its.flaws().isEmpty()
        ? this
        : new Turn(
            now, featureLevel, answering, principal, grant, operations, work, facts, named, its);
  }

  /** Why an item of the command is refused because of its data; null: it is not. */
  public @Nullable Refused flaw(int item) {
    String flaw = inspection.flaw(item);
    return flaw == null ? null : Reason.DATA_REFUSED.refuses(flaw);
  }

  public long now() {
    return now;
  }

  /** Whose command it is. */
  public Principal principal() {
    return principal;
  }

  /** What the principal may do. */
  public Grant grant() {
    return grant;
  }

  /** Whether the command may touch a job of the queue that it names. */
  public boolean allows(QueueName queue) {
    return grant.allowsAny(operations, queue);
  }

  /**
   * Why it may not. For whoever may do nothing with the queue there is no such job.
   *
   * @param absent what is said of a job that there is not
   */
  public Refused forbids(QueueName queue, Refused absent) {
    return grant.sees(queue) && !operations.isEmpty()
        ? Reason.notPermitted(operations.getFirst(), queue)
        : absent;
  }

  /** The command has named a job of the queue. */
  public void names(QueueName queue) {
    named.add(queue.value());
  }

  /** The queue whose jobs were named since this was asked last, a star for several; or nothing. */
  public String takeNamed() {
    return named.take();
  }

  public int featureLevel() {
    return featureLevel;
  }

  public boolean answering() {
    return answering;
  }

  /** What this entry may yet do. */
  public WorkBudget work() {
    return work;
  }

  public void emit(Fact fact) {
    facts.add(fact);
  }

  /** What the entry has led to so far. */
  public List<Fact> facts() {
    return Collections.unmodifiableList(facts);
  }
}
