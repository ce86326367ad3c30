package dev.flashq.cluster.simulation;

import dev.flashq.cluster.simulation.Badges.Badge;
import dev.flashq.statemachine.Command;
import dev.flashq.statemachine.DataSchema;
import dev.flashq.statemachine.ListedToken;
import dev.flashq.statemachine.Operation;
import dev.flashq.statemachine.Permission;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives guests tokens and roles and takes them away, by commands and by configurations; says how
 * much they may do and what of it is recorded.
 */
final class Warden extends Busy {
  private static final long PATIENCE_MS = 7_000;
  private static final List<String> TOKENS = List.of("t0", "t1", "t2");
  private static final List<String> ROLES = List.of("r0", "r1", "r2");
  private static final List<String> SUBJECTS = List.of("CN=c0", "CN=c1");
  private static final List<String> LISTED = List.of("l0", "l1");
  private static final List<String> PATTERNS = List.of("*", "jobs.*", "jobs.a", "*.b", "h*l");
  private static final List<Operation> OPERATIONS =
      List.of(
          Operation.PUSH,
          Operation.PULL,
          Operation.ACK,
          Operation.FAIL,
          Operation.PROGRESS,
          Operation.GET_JOB,
          Operation.CANCEL,
          Operation.ADMIN);

  private final Decrees decrees;
  private int made;

  Warden(Simulation simulation, String name) {
    super(simulation, name);
    List<String> names = Stream.of(TOKENS, LISTED, SUBJECTS).flatMap(List::stream).toList();
    decrees = new Decrees(world, names, ROLES, PATTERNS);
  }

  @Override
  @Nullable Principal login(SimNode node) {
    return Badges.login(node, Badges.WARDEN);
  }

  @Override
  String state() {
    return name + " changes who may do what";
  }

  @Override
  void turn() {
    if (world.chance(0.2)) {
      configure();
      goOn(5, 150);
    } else {
      submit(null, command(), PATIENCE_MS, _ -> goOn(5, 150));
    }
  }

  private Command command() {
    String token = world.any(TOKENS);
    return switch ((int) world.between(0, 32)) {
      case 0, 1, 2, 3 -> new Command.PutRole(new Role(world.any(ROLES), allowed(), denied()));
      case 4 -> new Command.DropRole(world.any(ROLES));
      case 5, 6, 7, 8 -> new Command.CreateToken(token, fresh(token).hash(), roles(), ends());
      case 9, 10 ->
          new Command.RotateToken(token, fresh(token).hash(), world.between(0, 1) * ms(2_000));
      case 11 -> new Command.ExpireToken(token, now() + world.between(-500, 2_000));
      case 12, 13 -> new Command.RevokeToken(world.chance(0.8) ? token : world.any(LISTED));
      case 14, 15, 16, 17 -> new Command.SetQuota(decrees.quota());
      case 18, 19, 20 -> new Command.SetAuditPolicy(decrees.policy());
      case 21, 22, 23 ->
          new Command.SetSchema(
              world.any(PATTERNS),
              DataSchema.Mode.ENFORCE,
              world.chance(0.6) ? null : DataCheck.TEXTS_ONLY);
      case 24, 25, 26 -> new Command.SetRetention(decrees.retention());
      case 27, 28, 29 ->
          new Command.BeginErasure(
              ErasureCheck.takesAdaOut(world.any(PATTERNS), world.chance(0.2)));
      case 30 -> new Command.CancelErasure(world.between(1, 20));
      default -> {
        Badge shown = new Badge(world.any(SUBJECTS), "", true);
        yield new Command.BindCertificate(simulation.badges().give(shown).owner(), roles());
      }
    };
  }

  private Badge fresh(String token) {
    return simulation.badges().give(new Badge(token, token + "-" + ++made, false));
  }

  private long now() {
    return world.unixMs();
  }

  private long ms(long atMost) {
    return world.between(1, atMost);
  }

  private long ends() {
    return world.chance(0.4) ? now() + ms(3_000) : 0;
  }

  private List<String> roles() {
    return ROLES.stream().filter(_ -> world.chance(0.5)).toList();
  }

  private List<Permission> allowed() {
    var permissions = new ArrayList<Permission>();
    for (long i = world.between(0, 3); i >= 0; i--) {
      permissions.add(permission(world.any(PATTERNS), world.chance(0.3)));
    }
    return permissions;
  }

  private List<Permission> denied() {
    return world.chance(0.5)
        ? List.of()
        : List.of(permission(world.any(PATTERNS.subList(1, PATTERNS.size())), world.chance(0.3)));
  }

  private Permission permission(String pattern, boolean every) {
    List<Operation> some = OPERATIONS.stream().filter(_ -> world.chance(0.4)).toList();
    return new Permission(List.of(pattern), every ? List.of() : some, every);
  }

  /** Changes the configuration of one node. */
  private void configure() {
    var tokens = new ArrayList<ListedToken>();
    for (String name : LISTED) {
      if (world.chance(0.5)) {
        Badge badge = simulation.badges().give(new Badge(name, name, false));
        tokens.add(badge.listed(permission(world.any(PATTERNS), world.chance(0.5))));
      }
    }
    SimNode node = world.any(simulation.nodes());
    world.note(() -> node.name() + " lists " + tokens);
    node.configure(tokens);
  }
}
