package io.balsa.raft;

import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Carries packets between nodes. Raft tolerates loss, delay, repetition and reordering, so a
 * transport may drop what it can't deliver; it never blocks its caller and bounds what it holds.
 * The library calls it as this interface says; a user only makes one and hands it to the builder of
 * a node.
 */
public interface Transport extends AutoCloseable {

  /**
   * Joins a group: from now on its packets are sent and received under this identity.
   *
   * @param group the name of the group
   * @param identity who is here; packets from another cluster, or meant for another node, are
   *     refused
   * @param address where others reach this node, as in a {@link Member}
   * @param formed whether it has the log of a cluster; {@link Link#introduce} says what follows
   * @param receiver gets the packets of this group, also before this call has returned
   * @return the group's end of the transport
   * @throws IllegalArgumentException if the transport can't carry such a group name or address
   * @throws IllegalStateException if the group was joined already, or the transport is closed
   * @throws IOException if the network fails
   */
  Link join(String group, Identity identity, String address, boolean formed, Receiver receiver)
      throws IOException;

  /**
   * Closes all links and gives the port free, in bounded time. May be called more than once.
   *
   * @throws IOException if the network fails; the port is given free all the same
   */
  @Override
  void close() throws IOException;

  /** One group's end of a transport. Any thread may call it. */
  interface Link extends AutoCloseable {

    /**
     * Says who this node is from now on. New connections are made in this name, open ones stay.
     *
     * <p>A node that is formed, which means that it has the log of a cluster, talks to nodes of the
     * same cluster: to its peers, and to others that call it, since they may know a configuration
     * that it does not know yet (section 4.1). It refuses a peer whose incarnation is not the one
     * that {@link #setPeers} says, and those that are not formed unless they are peers. One that is
     * not formed may be called by any node that is, and by those that are not and have the same
     * cluster id; the cluster it will belong to is decided by the log it gets.
     *
     * @param identity the same node, with its cluster
     * @param address where others reach it, as in a {@link Member}; who is called by somebody that
     *     is not among its peers answers there
     * @param formed whether it has a log
     * @throws IllegalArgumentException if this is another node, or the transport can't reach such
     *     an address
     */
    void introduce(Identity identity, String address, boolean formed);

    /**
     * Says who the peers are and where. Connections with those that no longer are among them are
     * closed, and those with another incarnation or at another address than a peer's; all others
     * stay. The call returns before any new one is open.
     *
     * @param peers the other members; any incarnation will do for one that has none
     * @throws IllegalArgumentException if the transport can't reach such an address
     */
    void setPeers(Collection<Member> peers);

    /**
     * Sends a packet or drops it; never blocks. Small control packets (votes, heartbeats,
     * acknowledgements) do not wait behind entries.
     *
     * @param to the receiver: one of the peers, or a node that has called and still holds its
     *     connection. Of the latter a transport may forget those it has not heard from for longest.
     * @param packet what to send; neither side changes it afterwards. Entries, proposals or
     *     outcomes have at most 1 MiB together, or there is a single one, with no more than {@link
     *     RaftNode#maxCommandBytes()} and what describes it.
     * @return false if the packet was dropped for certain: unknown peer, no connection, queue full,
     *     closed. True promises nothing.
     */
    boolean send(NodeId to, Packet packet);

    /** Leaves the group; the receiver is not called any more once this has returned. */
    @Override
    void close();
  }

  /** Gets what arrives, on threads of the transport; must return quickly and must not throw. */
  interface Receiver {

    /**
     * A packet arrived.
     *
     * @param from who sent it, as established when the connection was made
     * @param packet the packet
     */
    void received(NodeId from, Packet packet);

    /**
     * A node of this cluster, or one that may become one, has said who it is: each time that a
     * connection is made, by either side, and also if it was refused because of that.
     *
     * @param node the node
     * @param incarnation its incarnation
     * @param formed whether it has a log
     */
    void met(NodeId node, UUID incarnation, boolean formed);

    /**
     * A connection that had been open to or from a node is gone. What was sent on it may be lost.
     *
     * @param peer the node
     */
    void disconnected(NodeId peer);

    /**
     * A program that is no member wants something. Whether it may have that has been checked.
     *
     * @param request what it wants
     * @param reply gets the answer, once: before this returns, or later on any thread, which must
     *     not wait there
     */
    default void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
      reply.accept(
          new ClientAnswer.Failed(ClientAnswer.Problem.UNAVAILABLE, "clients are not served here"));
    }
  }
}
