package dev.flashq.cluster.simulation;

import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.QueueEngine;
import dev.flashq.statemachine.Reason;
import dev.flashq.statemachine.Role;
import dev.flashq.statemachine.log.Submission;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Bugs of who may do what, and how much of it. */
enum AccessBugs implements PlantedBugs {
  /** Whoever has been let in stays in. */
  REVOCATION_IGNORED(AccessCheck.ALLOWED) {
    @Override
    public PlantedBug make() {
      return Planting.submissions(
          (engine, submission) ->
              engine.access().grant(submission.principal()) == null
                  ? new Submission(
                      lord(engine, submission.principal()),
                      submission.requestId(),
                      submission.command())
                  : submission);
    }

    /** The same name, with a credential that is good for everything. */
    private Principal lord(QueueEngine engine, Principal who) {
      Principal app = engine.access().holder(Badges.APP.hash());
      return new Principal(who.name(), app == null ? 0 : app.credential(), who.address());
    }
  },
  /** What a role denies is not kept. */
  DENIALS_FORGOTTEN(AccessCheck.ALLOWED) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              command instanceof Command.PutRole(Role role)
                  ? new Command.PutRole(new Role(role.name(), role.allow(), List.of()))
                  : command);
    }
  },
  /** Tokens are good for ever. */
  ENDS_FORGOTTEN(AccessCheck.ALLOWED) {
    @Override
    public PlantedBug make() {
      return Planting.commands(
          command ->
              switch (command) {
                case Command.CreateToken c ->
                    new Command.CreateToken(c.name(), c.hash(), c.roles(), 0);
                case Command.RotateToken c ->
                    new Command.RotateToken(c.name(), c.hash(), 1_000_000_000);
                default -> command;
              });
    }
  },
  /** A node refuses some pushes that are permitted. */
  REFUSED_AT_RANDOM(AccessCheck.REFUSED) {
    @Override
    public PlantedBug make() {
      var pushes = new AtomicInteger();
      return Planting.gateways(
          (_, gateway, principal, id, command) ->
              command instanceof Command.PushJobs push
                      && !principal.isSystem()
                      && pushes.incrementAndGet() % 5 == 0
                  ? CompletableFuture.completedFuture(
                      Reason.notPermitted(Operation.PUSH, push.queue()))
                  : gateway.submit(principal, id, command));
    }
  };

  private final List<String> promises;

  /**
   * @param promises one of which must be seen to be broken
   */
  AccessBugs(String... promises) {
    this.promises = List.of(promises);
  }

  @Override
  public List<String> promises() {
    return promises;
  }

  @Override
  public Plan plan(long seed) {
    return Planting.guarded(seed);
  }
}
