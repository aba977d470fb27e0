package io.balsa.raft.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The set of servers (chapter 4), and the one judge of what a quorum of it is: for votes, for
 * commit, for ReadIndex and for check-quorum alike.
 *
 * <ul>
 *   <li>A simple configuration has voters and no outgoing voters; a quorum is a majority of the
 *       voters.
 *   <li>A joint configuration (section 4.3, {@code C_old,new}) has the new voters and the outgoing
 *       ones; a quorum is a majority of each.
 *   <li>Learners get entries and are never counted. Nobody is both a learner and a voter, except an
 *       outgoing voter that stays as a learner.
 *   <li>The lists are sorted by node id, so that whoever iterates over them does it in the same
 *       order every time.
 * </ul>
 */
public final class Configuration {
  private static final String VOTER = "voter";
  private static final String OUTGOING = "outgoing";
  private static final String LEARNER = "learner";

  private final List<Member> voters;
  private final List<Member> outgoing;
  private final List<Member> learners;

  private Configuration(
      Collection<Member> voters, Collection<Member> outgoing, Collection<Member> learners) {
    this.voters = sorted(voters);
    this.outgoing = sorted(outgoing);
    this.learners = sorted(learners);
  }

  /**
   * A configuration of voters only.
   *
   * @param voters its members
   * @return the configuration
   * @throws IllegalArgumentException if there are none, or two with the same id or address
   */
  public static Configuration of(Collection<Member> voters) {
    return of(voters, List.of());
  }

  /**
   * A configuration of voters and learners.
   *
   * @param voters the members that vote
   * @param learners the members that don't
   * @return the configuration
   * @throws IllegalArgumentException if there are no voters, or two members with the same id or
   *     address
   */
  public static Configuration of(Collection<Member> voters, Collection<Member> learners) {
    return checked(new Configuration(voters, List.of(), learners));
  }

  /**
   * The joint configuration that leads from this one to another. Voters of this one that become
   * learners are both until the joint configuration is left.
   *
   * @param target the simple configuration to get to
   * @return {@code C_old,new}
   */
  Configuration jointWith(Configuration target) {
    return new Configuration(target.voters, voters, target.learners);
  }

  /**
   * Two members with the same id or address are a mistake of whoever wrote the list. Between the
   * two halves of a joint configuration both may be: the node that takes an outgoing one's place
   * may have its address.
   */
  private static Configuration checked(Configuration c) {
    if (c.voters.isEmpty()) {
      throw new IllegalArgumentException("a configuration needs at least one voter");
    }
    checkDistinct(c.voters, c.learners);
    checkDistinct(c.outgoing, List.of());
    return c;
  }

  private static void checkDistinct(List<Member> voters, List<Member> learners) {
    Set<NodeId> ids = new HashSet<>();
    Set<String> addresses = new HashSet<>();
    List<Member> all = new ArrayList<>(voters);
    all.addAll(learners);
    for (Member m : all) {
      if (!ids.add(m.id())) {
        throw new IllegalArgumentException("node id " + m.id() + " is given twice");
      }
      if (!addresses.add(m.address())) {
        throw new IllegalArgumentException(
            "address " + m.address() + " is given to more than one node, the last is " + m.id());
      }
    }
  }

  private static List<Member> sorted(Collection<Member> members) {
    List<Member> list = new ArrayList<>(members);
    list.sort(Comparator.comparing(Member::id));
    return List.copyOf(list);
  }

  /**
   * The voters; while joint, those of {@code C_new}.
   *
   * @return an unmodifiable list sorted by id
   */
  public List<Member> voters() {
    return voters;
  }

  /**
   * While joint, the voters of {@code C_old}.
   *
   * @return an unmodifiable list sorted by id, empty unless joint
   */
  public List<Member> outgoing() {
    return outgoing;
  }

  /**
   * The members that get entries but are never counted.
   *
   * @return an unmodifiable list sorted by id
   */
  public List<Member> learners() {
    return learners;
  }

  /**
   * Everybody who gets entries, once each.
   *
   * @return a list sorted by id
   */
  public List<Member> members() {
    List<Member> all = new ArrayList<>(voters);
    all.addAll(learners);
    for (Member m : outgoing) {
      if (!contains(all, m.id())) {
        all.add(m);
      }
    }
    return sorted(all);
  }

  /**
   * Whether this is a {@code C_old,new}.
   *
   * @return true between the two phases of a change
   */
  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  /**
   * Whether a node votes in this configuration, in either half.
   *
   * @param id the node
   * @return true for a voter
   */
  public boolean isVoter(NodeId id) {
    return contains(voters, id) || contains(outgoing, id);
  }

  /**
   * Whether those for whom something holds are a quorum.
   *
   * @param holds asked about voters only
   * @return true if a majority of the voters says so, and while joint of the outgoing voters too
   */
  public boolean hasQuorum(Predicate<NodeId> holds) {
    return hasMajority(voters, holds) && (!isJoint() || hasMajority(outgoing, holds));
  }

  /**
   * The highest value that a quorum has reached.
   *
   * @param reached how far a voter is
   * @return the highest x such that the voters with {@code reached >= x} are a quorum
   */
  public long quorumIndex(ToLongFunction<NodeId> reached) {
    long index = majorityIndex(voters, reached);
    return isJoint() ? Math.min(index, majorityIndex(outgoing, reached)) : index;
  }

  private static boolean hasMajority(List<Member> half, Predicate<NodeId> holds) {
    int count = 0;
    for (int i = 0; i < half.size(); i++) {
      if (holds.test(half.get(i).id())) {
        count++;
      }
    }
    return count > half.size() / 2;
  }

  private static long majorityIndex(List<Member> half, ToLongFunction<NodeId> reached) {
    long[] sorted = new long[half.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = reached.applyAsLong(half.get(i).id());
    }
    Arrays.sort(sorted);
    int majority = sorted.length / 2 + 1;
    return sorted[sorted.length - majority];
  }

  private static boolean contains(List<Member> members, NodeId id) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).id().equals(id)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The configuration as the data of an entry: UTF-8, a line for each member, {@code role
   * id=host:port}.
   *
   * @return a new array
   */
  public byte[] toBytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #toBytes()} wrote.
   *
   * @param data the data of an entry
   * @return the configuration
   * @throws IllegalArgumentException if the data is not a configuration, saying why
   */
  public static Configuration fromBytes(byte[] data) {
    List<Member> voters = new ArrayList<>();
    List<Member> outgoing = new ArrayList<>();
    List<Member> learners = new ArrayList<>();
    for (String line : new String(data, StandardCharsets.UTF_8).split("\n")) {
      int blank = line.indexOf(' ');
      String role = line.substring(0, Math.max(blank, 0));
      Member member = Member.parse(line.substring(blank + 1));
      switch (role) {
        case VOTER -> voters.add(member);
        case OUTGOING -> outgoing.add(member);
        case LEARNER -> learners.add(member);
        default -> throw new IllegalArgumentException("\"" + line + "\" has no role of a member");
      }
    }
    return checked(new Configuration(voters, outgoing, learners));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration c
        && voters.equals(c.voters)
        && outgoing.equals(c.outgoing)
        && learners.equals(c.learners);
  }

  @Override
  public int hashCode() {
    return voters.hashCode();
  }

  /** A line for each member, {@code role id=host:port}. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    append(s, VOTER, voters);
    append(s, OUTGOING, outgoing);
    append(s, LEARNER, learners);
    return s.toString();
  }

  private static void append(StringBuilder s, String role, List<Member> members) {
    for (Member m : members) {
      s.append(role).append(' ').append(m).append('\n');
    }
  }
}
