package dev.flashq.cluster.simulation;

import java.util.ArrayList;
import java.util.List;

/** A bug that such systems have had, to be caught by one of the checks. */
interface PlantedBugs {
  /** All, in the order in which they are tried. */
  static List<PlantedBugs> all() {
    var all = new ArrayList<PlantedBugs>();
    all.addAll(List.of(ReplicationBugs.values()));
    all.addAll(List.of(DeliveryBugs.values()));
    all.addAll(List.of(AccessBugs.values()));
    all.addAll(List.of(QuotaBugs.values()));
    all.addAll(List.of(AuditBugs.values()));
    all.addAll(List.of(DataBugs.values()));
    all.addAll(List.of(PrivacyBugs.values()));
    all.addAll(List.of(SealBugs.values()));
    return all;
  }

  PlantedBug make();

  /** One of them must be seen to be broken. */
  List<String> promises();

  /** A plan in which it has a chance to show. */
  default Plan plan(long seed) {
    return Plan.of(seed, new Plan.Profile(false, true, false));
  }

  default boolean isCaughtBy(Violation violation) {
    return promises().contains(violation.promise());
  }
}
