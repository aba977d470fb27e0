package io.balsa.raft.transport.netty;

/**
 * Says what whoever has proven its name may do. Given to {@link Tls.Builder#authorizer}; called by
 * the thread of the transport, so it must answer from memory. One that throws has said no.
 */
@FunctionalInterface
public interface Authorizer {
  /** What one may ask for. */
  enum Action {
    /** Speak the Raft protocol, as a node. */
    PEER,
    /** Read from a state machine. */
    CLIENT_READ,
    /** Propose commands. */
    CLIENT_WRITE,
    /** Fetch a whole snapshot, other than as a member. */
    SNAPSHOT,
    /** Change the members of a group. */
    MEMBERSHIP,
    /** Move the leadership. */
    TRANSFER,
    /** Anything else that only operators do. */
    ADMIN
  }

  /**
   * What holds unless something else is said: nodes are peers and nothing else, clients read and
   * write, and nobody does anything else from outside the process.
   */
  Authorizer DEFAULT =
      (who, action, group) ->
          switch (action) {
            case PEER -> who instanceof Principal.Node;
            case CLIENT_READ, CLIENT_WRITE -> who instanceof Principal.Client;
            case SNAPSHOT, MEMBERSHIP, TRANSFER, ADMIN -> false;
          };

  /**
   * Whether somebody may do something.
   *
   * @param who whose name is proven
   * @param action what is asked for
   * @param group in which group
   * @return whether it is allowed
   */
  boolean permits(Principal who, Action action, String group);
}
