package io.balsa.raft.testkit.simulation;

import java.util.EnumMap;
import java.util.Map;

/** How much has happened. */
final class Counts {
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private long delivered;
  private long replayed;

  void fault(Fault fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  void delivered() {
    delivered++;
  }

  void replayed() {
    replayed++;
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  long deliveries() {
    return delivered;
  }

  long replays() {
    return replayed;
  }
}
