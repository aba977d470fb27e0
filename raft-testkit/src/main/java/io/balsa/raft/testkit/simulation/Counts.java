package io.balsa.raft.testkit.simulation;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Role;
import java.util.EnumMap;
import java.util.Map;

/** How much has happened. */
final class Counts {
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private long looks;
  private long led;
  private long deliveries;
  private long elections;
  private long truncations;
  private long damagedLogs;
  private long compactions;
  private long installs;
  private long configurations;

  void fault(Fault fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  /** Somebody looks whether there is a leader, in the storm, at regular intervals. */
  void looked(boolean leads) {
    looks++;
    led += leads ? 1 : 0;
  }

  void delivered() {
    deliveries++;
  }

  void decided(Decision decision) {
    if (decision instanceof Decision.RoleChanged d && d.to() == Role.LEADER) {
      elections++;
    } else if (decision instanceof Decision.Truncated) {
      truncations++;
    } else if (decision instanceof Decision.Compacted) {
      compactions++;
    } else if (decision instanceof Decision.Installed) {
      installs++;
    } else if (decision instanceof Decision.Reconfigured) {
      configurations++;
    }
  }

  void refusedDamagedLog() {
    damagedLogs++;
  }

  Map<Fault, Integer> faults() {
    return faults;
  }

  long looks() {
    return looks;
  }

  long led() {
    return led;
  }

  long deliveries() {
    return deliveries;
  }

  long elections() {
    return elections;
  }

  long truncations() {
    return truncations;
  }

  long compactions() {
    return compactions;
  }

  long installs() {
    return installs;
  }

  long configurations() {
    return configurations;
  }

  long damagedLogs() {
    return damagedLogs;
  }
}
