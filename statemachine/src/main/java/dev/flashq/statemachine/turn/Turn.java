package dev.flashq.statemachine.turn;

import dev.flashq.statemachine.Fact;
import dev.flashq.statemachine.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a handler may know of the world while one command is applied, and where it says what it led
 * to. All turns of an entry share its time, its work and its facts.
 */
public final class Turn {
  private final long now;
  private final int featureLevel;
  private final boolean answering;
  private final Principal principal;
  private final WorkBudget work;
  private final List<Fact> facts;

  /**
   * @param now the replicated clock, Unix ms
   * @param featureLevel what all members are known to understand
   * @param answering whether the answers go to clients of this node, so that job data must be read
   *     for them
   */
  public Turn(long now, int featureLevel, boolean answering, WorkBudget work) {
    this(now, featureLevel, answering, Principal.SYSTEM, work, new ArrayList<>(0));
  }

  private Turn(
      long now,
      int featureLevel,
      boolean answering,
      Principal principal,
      WorkBudget work,
      List<Fact> facts) {
    this.now = now;
    this.featureLevel = featureLevel;
    this.answering = answering;
    this.principal = principal;
    this.work = work;
    this.facts = facts;
  }

  /** The turn of a command of this entry. */
  public Turn of(Principal who) {
    return who.equals(principal) ? this : new Turn(now, featureLevel, answering, who, work, facts);
  }

  public long now() {
    return now;
  }

  /** Whose command it is. */
  public Principal principal() {
    return principal;
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
