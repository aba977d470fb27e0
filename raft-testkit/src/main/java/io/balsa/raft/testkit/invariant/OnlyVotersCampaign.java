package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.core.Role;

/**
 * Learners and nodes that were removed do not campaign (dissertation sections 4.2.1 and 4.2.2).
 *
 * <ul>
 *   <li>While the configuration in force is not committed, one before it may still be needed, so
 *       nothing can be said then.
 * </ul>
 */
final class OnlyVotersCampaign implements Invariant {
  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o
        && o.decision() instanceof Decision.RoleChanged d
        && (d.to() == Role.PRE_CANDIDATE || d.to() == Role.CANDIDATE)) {
      RaftView after = o.after();
      boolean isCommitted = after.configurationIndex() <= after.commitIndex();
      if (isCommitted && !after.configuration().isVoter(o.node())) {
        throw new Violated(
            "Only Voters Campaign",
            o.node()
                + " campaigns after term "
                + d.term()
                + ", though it is no voter in\n"
                + after.configuration());
      }
    }
  }
}
