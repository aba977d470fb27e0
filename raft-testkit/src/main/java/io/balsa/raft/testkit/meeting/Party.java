package io.balsa.raft.testkit.meeting;

import io.balsa.raft.Identity;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One end of a network without sockets: who it is, whom it calls, and who has called it. These are
 * the rules of {@code Transport.Link}, in one place for all such networks.
 *
 * <ul>
 *   <li>A line leads from a peer's caller to the peer: it is in {@code lines} here if and only if
 *       this is in {@code callers} there.
 *   <li>Callers that are not among the peers are guests, at most {@link #MAX_GUESTS} of them, in
 *       the order in which they were last used.
 *   <li>Not thread-safe: whoever has parties of one network sees to that.
 * </ul>
 *
 * @param <E> what owns a party
 */
public final class Party<E> {
  /** So many nodes are remembered that have called and are not among the peers. */
  public static final int MAX_GUESTS = 16;

  private enum Call {
    ACCEPTED,
    /** For what the caller is. */
    REFUSED,
    /** Nothing the caller says of itself means anything here. */
    UNHEARD
  }

  private final E owner;
  private final Witness<E> witness;
  private final TreeMap<NodeId, Party<E>> lines = new TreeMap<>();
  private final LinkedHashMap<NodeId, Party<E>> callers = new LinkedHashMap<>();
  private final TreeSet<NodeId> forgottenBy = new TreeSet<>();
  private Map<NodeId, Member> peers = new TreeMap<>();
  private Identity self;
  private boolean formed;

  /**
   * An end that knows nobody yet.
   *
   * @param owner whose end it is
   * @param self who it is
   * @param formed whether it has a log
   * @param witness learns what the owner has to be told
   */
  public Party(E owner, Identity self, boolean formed, Witness<E> witness) {
    this.owner = owner;
    this.self = self;
    this.formed = formed;
    this.witness = witness;
  }

  /**
   * Whose end this is.
   *
   * @return as given
   */
  public E owner() {
    return owner;
  }

  /**
   * Which of the nodes that ever had its id this is.
   *
   * @return its incarnation
   */
  public UUID incarnation() {
    return self.incarnation();
  }

  private NodeId id() {
    return self.nodeId();
  }

  /**
   * Says who this is from now on; the lines stay.
   *
   * @param identity the same node
   * @param hasLog whether it has a log
   * @throws IllegalArgumentException if it is another node
   */
  public void introduce(Identity identity, boolean hasLog) {
    if (!identity.nodeId().equals(id())) {
      throw new IllegalArgumentException("node " + id() + " can't become " + identity.nodeId());
    }
    self = identity;
    formed = hasLog;
  }

  /**
   * Says who the peers are. Lines with others are gone, and those that no longer fit; none is made.
   *
   * @param members the peers; the party itself is left out
   */
  public void setPeers(Collection<Member> members) {
    Map<NodeId, Member> before = peers;
    peers = new TreeMap<>();
    for (Member member : members) {
      if (!member.id().equals(id())) {
        peers.put(member.id(), member);
      }
    }
    for (Party<E> other : List.copyOf(lines.values())) {
      Member now = peers.get(other.id());
      if (now == null || !now.address().equals(before.get(other.id()).address())) {
        other.loses(this);
      } else if (!mayBe(other)) {
        other.loses(this);
        witness.lost(owner, other.id());
      }
    }
    for (Party<E> caller : List.copyOf(callers.values())) {
      boolean isDismissed = before.containsKey(caller.id()) && !peers.containsKey(caller.id());
      if (isDismissed || !mayBe(caller)) {
        hangUp(caller);
        if (!isDismissed) {
          witness.lost(owner, caller.id());
        }
      }
    }
  }

  /** The line of a caller ends, and it notices. */
  private void hangUp(Party<E> caller) {
    caller.lines.remove(id());
    callers.remove(caller.id());
    witness.lost(caller.owner, id());
  }

  /** The caller has hung up, and this one notices. */
  private void loses(Party<E> caller) {
    caller.lines.remove(id());
    callers.remove(caller.id());
    witness.lost(owner, caller.id());
  }

  /** Whether another one is the incarnation that it must be. */
  private boolean mayBe(Party<E> other) {
    Member peer = peers.get(other.id());
    return peer == null
        || peer.incarnation() == null
        || peer.incarnation().equals(other.incarnation());
  }

  // ---- calls

  /**
   * Calls another party if it is a peer and there is no line yet. Both learn whom they have met.
   *
   * @param other who may be a peer
   */
  public void call(Party<E> other) {
    if (!peers.containsKey(other.id()) || lines.get(other.id()) == other) {
      return;
    }
    Call answer = other.judge(this);
    if (answer == Call.UNHEARD) {
      return;
    }
    witness.met(other.owner, self, formed);
    witness.met(owner, other.self, other.formed);
    if (answer == Call.ACCEPTED && mayBe(other)) {
      lines.put(other.id(), other);
      other.receive(this);
    }
  }

  /**
   * Calls a party again that had too many guests and has hung up.
   *
   * @param other who may be such a one
   */
  public void callIfForgotten(Party<E> other) {
    if (forgottenBy.remove(other.id())) {
      call(other);
    }
  }

  /** What becomes of a call of a party that has this one for a peer. */
  private Call judge(Party<E> caller) {
    if (caller.formed == formed && !caller.self.clusterId().equals(self.clusterId())) {
      return Call.UNHEARD;
    }
    Party<E> connected = callers.get(caller.id());
    boolean isOther = connected != null && !connected.incarnation().equals(caller.incarnation());
    boolean mayBeGuest = caller.formed || !formed;
    boolean isWelcome = peers.containsKey(caller.id()) ? mayBe(caller) : mayBeGuest;
    return isWelcome && !isOther ? Call.ACCEPTED : Call.REFUSED;
  }

  private void receive(Party<E> caller) {
    if (!peers.containsKey(caller.id()) && !callers.containsKey(caller.id())) {
      List<Party<E>> guests =
          callers.values().stream().filter(c -> !peers.containsKey(c.id())).toList();
      if (guests.size() >= MAX_GUESTS) {
        hangUp(guests.get(0));
        guests.get(0).forgottenBy.add(id());
      }
    }
    callers.put(caller.id(), caller);
  }

  // ---- traffic

  /**
   * Who gets what is sent to a node: the peer at the end of a line, or a guest.
   *
   * @param to the node
   * @return its party, or null if there is no line
   */
  public Party<E> way(NodeId to) {
    if (peers.containsKey(to)) {
      return lines.get(to);
    }
    touch(to);
    return callers.get(to);
  }

  /**
   * Something has come from a node.
   *
   * @param from the node
   */
  public void heard(NodeId from) {
    touch(from);
  }

  private void touch(NodeId guest) {
    Party<E> party = peers.containsKey(guest) ? null : callers.remove(guest);
    if (party != null) {
      callers.put(guest, party);
    }
  }

  /**
   * Whether what another party has sent long ago may still come in: whether its call would be
   * accepted now.
   *
   * @param sender who sent it
   * @return false if it is not the one that is known here
   */
  public boolean wouldHear(Party<E> sender) {
    return judge(sender) == Call.ACCEPTED;
  }

  /**
   * The line to a node is broken, and its owner knows; the next call makes a new one.
   *
   * @param other the node
   */
  public void hasLost(NodeId other) {
    Party<E> line = lines.remove(other);
    if (line != null) {
      line.callers.remove(id(), this);
    }
  }

  /** This end is gone; all lines with it end, and the others notice. */
  public void leave() {
    for (Party<E> other : List.copyOf(lines.values())) {
      other.loses(this);
    }
    for (Party<E> caller : List.copyOf(callers.values())) {
      hangUp(caller);
    }
  }

  /** This end is gone, and nobody notices. */
  public void vanish() {
    lines.values().forEach(other -> other.callers.remove(id(), this));
    callers.values().forEach(caller -> caller.lines.remove(id(), this));
    lines.clear();
    callers.clear();
  }
}
