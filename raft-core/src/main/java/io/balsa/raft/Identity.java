package io.balsa.raft;

import io.balsa.raft.core.NodeId;
import java.util.UUID;

/**
 * Who a data directory and a connection belong to.
 *
 * @param clusterId the cluster, fixed when it was formed
 * @param nodeId the node in it
 * @param incarnation made at random together with a data directory: a node that lost its directory
 *     is not the one it was, even under the same node id
 */
public record Identity(UUID clusterId, NodeId nodeId, UUID incarnation) {}
