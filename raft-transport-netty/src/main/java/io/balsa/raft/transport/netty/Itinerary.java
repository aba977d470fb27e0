package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which node a client asks next.
 *
 * <ul>
 *   <li>Where a node has said that the leader is, but not more than {@link #MOST_HOPS} times in a
 *       row: nodes that point at each other are not followed for ever.
 *   <li>Else each member in turn, as of the latest configuration that was told, and then each
 *       address that the client was given at first: members may all have changed meanwhile.
 * </ul>
 */
final class Itinerary {
  static final int MOST_HOPS = 3;

  private final List<String> given;
  private List<Member> members = List.of();
  private long membersIndex = -1;
  private String hint;
  private int hops;
  private int turn;

  Itinerary(List<String> given) {
    this.given = List.copyOf(given);
  }

  /** A node has said how it sees the cluster. */
  void learn(ClientAnswer.Status status) {
    List<Member> told = status.configuration().members();
    if (status.configurationIndex() > membersIndex && !told.isEmpty()) {
      membersIndex = status.configurationIndex();
      members = told;
    }
    hint = null;
    if (status.leader() != null && !status.leader().equals(status.node())) {
      hint = addressOf(status.leader(), told);
    }
  }

  private static String addressOf(NodeId id, List<Member> members) {
    for (Member member : members) {
      if (member.id().equals(id)) {
        return member.address();
      }
    }
    return null;
  }

  /** Whether somebody has said where the leader is, and may be believed. */
  boolean knowsBetter() {
    return hint != null && hops < MOST_HOPS;
  }

  /** Whom to ask now. */
  String next() {
    if (knowsBetter()) {
      hops++;
      String address = hint;
      hint = null;
      return address;
    }
    hint = null;
    hops = 0;
    List<String> places = places();
    return places.get(turn++ % places.size());
  }

  /** The leader was found. */
  void arrived() {
    hops = 0;
  }

  private List<String> places() {
    Set<String> places = new LinkedHashSet<>();
    members.forEach(member -> places.add(member.address()));
    places.addAll(given);
    return new ArrayList<>(places);
  }
}
