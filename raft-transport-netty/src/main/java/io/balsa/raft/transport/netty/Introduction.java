package io.balsa.raft.transport.netty;

import io.balsa.raft.Identity;
import io.balsa.raft.core.NodeId;
import java.util.UUID;

/**
 * What a node says about itself when a connection is made.
 *
 * @param identity who it is
 * @param address where it is reached
 * @param formed whether it has a log
 */
record Introduction(Identity identity, String address, boolean formed) {
  NodeId node() {
    return identity.nodeId();
  }

  UUID cluster() {
    return identity.clusterId();
  }

  UUID incarnation() {
    return identity.incarnation();
  }
}
