package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;

/** Who is at the other end of a connection, as far as that is proven. */
public sealed interface Principal {
  /**
   * A node with a certificate for {@code raft://<cluster>/node/<id>}.
   *
   * @param cluster the name of its cluster
   * @param id its node id
   */
  record Node(String cluster, NodeId id) implements Principal {
    @Override
    public String toString() {
      return "raft://" + cluster + "/node/" + id;
    }
  }

  /**
   * A program with a certificate for {@code raft://<cluster>/client/<name>}. It is no member.
   *
   * @param cluster the name of the cluster it may use
   * @param name its name
   */
  record Client(String cluster, String name) implements Principal {
    @Override
    public String toString() {
      return "raft://" + cluster + "/client/" + name;
    }
  }

  /** Somebody on an insecure transport, where nobody can prove anything. */
  record Anonymous() implements Principal {
    @Override
    public String toString() {
      return "somebody without a certificate";
    }
  }
}
