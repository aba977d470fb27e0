package io.balsa.raft;

import io.balsa.raft.core.Decision;
import io.balsa.raft.core.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator of a node what it has decided, as far as that is notable. */
final class DecisionLog {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  private final String group;
  private final NodeId self;

  DecisionLog(String group, NodeId self) {
    this.group = group;
    this.self = self;
  }

  void write(Decision decision) {
    if (decision instanceof Decision.RoleChanged d) {
      LOG.info(
          "{} {} is {} in term {}, was {}: {}",
          group,
          self,
          d.to(),
          d.term(),
          d.from(),
          d.reason());
    } else if (decision instanceof Decision.Noted d) {
      LOG.warn("{} {}: {}", group, self, d.text());
    } else if (decision instanceof Decision.Refused d) {
      LOG.warn("{} {} ignores a message: {} {}", group, self, d.from(), d.reason());
    }
  }
}
