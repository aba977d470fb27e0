package io.balsa.raft.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * The set of servers (chapter 4), and the one judge of what a quorum of it is: for votes, for
 * commit, for ReadIndex and for check-quorum alike.
 *
 * <ul>
 *   <li>A simple configuration has voters; a quorum is a majority of them.
 *   <li>A prepared configuration (section 4.2.1) is a simple one that names the next one. The
 *       members of the next one get entries too, but only the voters of this one are counted.
 *   <li>A joint configuration (section 4.3, {@code C_old,new}) has the new voters and the outgoing
 *       ones; a quorum is a majority of each. Nothing is prepared and joint at once.
 *   <li>Learners get entries and are never counted. Nobody is both a learner and a voter, except an
 *       outgoing voter that stays as a learner.
 *   <li>A voter is void in its half when the other half has its id with another incarnation: it is
 *       gone, and who answers to its name is another node. It is not counted, but the half is as
 *       large as before.
 *   <li>The lists are sorted by node id, so that whoever iterates over them does it in the same
 *       order every time.
 * </ul>
 */
public final class Configuration {
  /** That of a node which belongs to no cluster yet: no members, and never a quorum. */
  public static final Configuration NONE =
      new Configuration(null, List.of(), List.of(), List.of(), Set.of(), null);

  private final UUID clusterId;
  private final List<Member> voters;
  private final List<Member> outgoing;
  private final List<Member> learners;
  private final Set<NodeId> rejoining;
  private final Configuration next;
  private final Half counted;
  private final Half countedOutgoing;

  private Configuration(
      UUID clusterId,
      Collection<Member> voters,
      Collection<Member> outgoing,
      Collection<Member> learners,
      Set<NodeId> rejoining,
      Configuration next) {
    this.clusterId = clusterId;
    this.voters = sorted(voters);
    this.outgoing = sorted(outgoing);
    this.learners = sorted(learners);
    this.rejoining = Set.copyOf(rejoining);
    this.next = next;
    counted = next == null ? Half.of(this.voters) : Half.of(this.voters, next);
    countedOutgoing = Half.of(this.outgoing, this);
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
    return of(null, voters, learners, Set.of());
  }

  static Configuration of(
      UUID clusterId,
      Collection<Member> voters,
      Collection<Member> learners,
      Set<NodeId> rejoining) {
    return checked(new Configuration(clusterId, voters, List.of(), learners, rejoining, null));
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

  // ---- what users make of it

  /**
   * The simple configuration that has one more voter. A learner becomes a voter, and a member that
   * is given another address has it from then on.
   *
   * @param member the voter; without an incarnation, that of a member with its id stays
   * @return a simple configuration
   * @throws IllegalArgumentException if another member has the address
   */
  public Configuration withVoter(Member member) {
    Configuration rest = withoutMember(member.id());
    return of(clusterId, plus(rest.voters, known(member)), rest.learners, rest.rejoining);
  }

  /**
   * As {@link #withVoter(Member)}.
   *
   * @param member the voter, as in {@code n4=host4:7000}
   * @return a simple configuration
   * @throws IllegalArgumentException if the text is no member, or another member has the address
   */
  public Configuration withVoter(String member) {
    return withVoter(Member.parse(member));
  }

  /**
   * The simple configuration that has one more learner. A voter becomes a learner, and a member
   * that is given another address has it from then on.
   *
   * @param member the learner; without an incarnation, that of a member with its id stays
   * @return a simple configuration
   * @throws IllegalArgumentException if it is the last voter, or another member has the address
   */
  public Configuration withLearner(Member member) {
    Configuration rest = withoutMember(member.id());
    return of(clusterId, rest.voters, plus(rest.learners, known(member)), rest.rejoining);
  }

  /**
   * As {@link #withLearner(Member)}.
   *
   * @param member the learner, as in {@code n4=host4:7000}
   * @return a simple configuration
   * @throws IllegalArgumentException if the text is no member, it is the last voter, or another
   *     member has the address
   */
  public Configuration withLearner(String member) {
    return withLearner(Member.parse(member));
  }

  /**
   * The simple configuration that lacks a member.
   *
   * @param id a voter or a learner
   * @return a simple configuration
   * @throws IllegalArgumentException if there is no such member, or it is the last voter
   */
  public Configuration without(NodeId id) {
    if (memberOfThisHalf(id) == null) {
      throw new IllegalArgumentException("node " + id + " is not a member");
    }
    return checked(withoutMember(id));
  }

  /**
   * As {@link #without(NodeId)}.
   *
   * @param id a voter or a learner
   * @return a simple configuration
   * @throws IllegalArgumentException if there is no such member, or it is the last voter
   */
  public Configuration without(String id) {
    return without(new NodeId(id));
  }

  /**
   * The simple configuration in which a member has another {@linkplain Member#priority() priority}.
   *
   * @param id a voter or a learner
   * @param priority 0 to 100
   * @return a simple configuration
   * @throws IllegalArgumentException if there is no such member, or no such priority
   */
  public Configuration withPriority(String id, int priority) {
    Member member = memberOfThisHalf(new NodeId(id));
    if (member == null) {
      throw new IllegalArgumentException("node " + id + " is not a member");
    }
    return simple().mapped(m -> m == member ? m.withPriority(priority) : m);
  }

  /**
   * This configuration, of a cluster.
   *
   * @param id the cluster
   * @return the configuration
   */
  public Configuration withClusterId(UUID id) {
    Configuration nextOfCluster = next == null ? null : next.withClusterId(id);
    return new Configuration(id, voters, outgoing, learners, rejoining, nextOfCluster);
  }

  /** Simple, and without voters if it was the last. */
  private Configuration withoutMember(NodeId id) {
    List<Member> stayingVoters = new ArrayList<>(voters);
    List<Member> stayingLearners = new ArrayList<>(learners);
    Set<NodeId> stayingRejoining = new HashSet<>(rejoining);
    stayingVoters.removeIf(m -> m.id().equals(id));
    stayingLearners.removeIf(m -> m.id().equals(id));
    stayingRejoining.remove(id);
    return new Configuration(
        clusterId, stayingVoters, List.of(), stayingLearners, stayingRejoining, null);
  }

  private static List<Member> plus(List<Member> members, Member member) {
    List<Member> more = new ArrayList<>(members);
    more.add(member);
    return more;
  }

  /** What is known of a member is not forgotten because the user did not repeat it. */
  private Member known(Member member) {
    Member now = memberOfThisHalf(member.id());
    boolean isKept = now != null && member.priority() == 0;
    return identified(isKept ? member.withPriority(now.priority()) : member);
  }

  private Member identified(Member member) {
    Member now = memberOfThisHalf(member.id());
    return now == null || member.incarnation() != null
        ? member
        : member.withIncarnation(now.incarnation());
  }

  // ---- what the leader makes of it

  /**
   * The joint configuration that leads from this one to another. Voters of this one that become
   * learners are both until the joint configuration is left.
   *
   * @param target the simple configuration to get to
   * @return {@code C_old,new}
   */
  Configuration jointWith(Configuration target) {
    return new Configuration(
        clusterId, target.voters, voters, target.learners, target.rejoining, null);
  }

  /** This one, with the members of the one that it is to become. */
  Configuration preparing(Configuration target) {
    return new Configuration(clusterId, voters, List.of(), learners, rejoining, target);
  }

  /**
   * What remains when a change is over: {@code C_new} of a joint, C of a prepared configuration.
   */
  Configuration simple() {
    return new Configuration(clusterId, voters, List.of(), learners, rejoining, null);
  }

  /** A target as it is meant: of this cluster, and of the nodes that are known to have the ids. */
  Configuration complete(Configuration target) {
    return target.mapped(this::identified).withClusterId(clusterId);
  }

  /** With the incarnations that have been met, where none is known. */
  Configuration pinned(Map<NodeId, UUID> met) {
    return mapped(m -> m.incarnation() == null ? m.withIncarnation(met.get(m.id())) : m);
  }

  /** With a member that lost its disk as a learner, which is to become a voter if it was one. */
  Configuration rejoining(NodeId id, UUID incarnation) {
    Member member = memberOfThisHalf(id).withIncarnation(incarnation);
    Configuration rest = withoutMember(id);
    Set<NodeId> all = new HashSet<>(rest.rejoining);
    if (contains(voters, id) || rejoining.contains(id)) {
      all.add(id);
    }
    return new Configuration(
        clusterId, rest.voters, List.of(), plus(rest.learners, member), all, null);
  }

  private Configuration mapped(UnaryOperator<Member> change) {
    return new Configuration(
        clusterId,
        voters.stream().map(change).toList(),
        outgoing,
        learners.stream().map(change).toList(),
        rejoining,
        next);
  }

  /** For {@link ConfigurationText}, which checks nothing. */
  static Configuration decoded(
      Configuration half, Collection<Member> outgoing, Configuration next) {
    if (next != null && !outgoing.isEmpty()) {
      throw new IllegalArgumentException("a configuration can't be prepared and joint");
    }
    return checked(
        new Configuration(
            half.clusterId, half.voters, outgoing, half.learners, half.rejoining, next));
  }

  // ---- what is in it

  /**
   * Which cluster's it is.
   *
   * @return the cluster, or null if it is not known
   */
  public UUID clusterId() {
    return clusterId;
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
   * Whether a learner is one that lost its disk while it was a voter, and will be one again as soon
   * as it has caught up.
   *
   * @param id the node
   * @return true for such a learner
   */
  public boolean isRejoining(NodeId id) {
    return rejoining.contains(id);
  }

  /**
   * While prepared, the configuration that this one is to become.
   *
   * @return a simple configuration, or null
   */
  public Configuration next() {
    return next;
  }

  /**
   * Everybody who gets entries, once each: of two with the same id the one that stays.
   *
   * @return a list sorted by id
   */
  public List<Member> members() {
    Map<NodeId, Member> all = new TreeMap<>();
    outgoing.forEach(m -> all.put(m.id(), m));
    learners.forEach(m -> all.put(m.id(), m));
    voters.forEach(m -> all.put(m.id(), m));
    if (next != null) {
      for (Member m : next.members()) {
        all.merge(m.id(), m, (now, later) -> later.isOtherThan(now) ? later : now);
      }
    }
    return List.copyOf(all.values());
  }

  /**
   * The member with an id, in any half.
   *
   * @param id the node
   * @return as in {@link #members()}, or null
   */
  public Member member(NodeId id) {
    for (Member m : members()) {
      if (m.id().equals(id)) {
        return m;
      }
    }
    return null;
  }

  Member memberOfThisHalf(NodeId id) {
    int voter = Half.indexOf(voters, id);
    int learner = Half.indexOf(learners, id);
    return voter >= 0 ? voters.get(voter) : learner >= 0 ? learners.get(learner) : null;
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
   * Whether new voters are being brought up to date before they count.
   *
   * @return true if there is a {@link #next()}
   */
  public boolean isPrepared() {
    return next != null;
  }

  /**
   * Whether no change is under way.
   *
   * @return true if it is neither prepared nor joint
   */
  public boolean isSimple() {
    return next == null && outgoing.isEmpty();
  }

  /**
   * Whether a node votes in this configuration, in either half.
   *
   * @param id the node
   * @return true for a voter that is not void
   */
  public boolean isVoter(NodeId id) {
    return counted.isVoter(id) || countedOutgoing.isVoter(id);
  }

  /** Whether it is this very node that votes, and not one that had its id before. */
  boolean isVoter(NodeId id, UUID incarnation) {
    Member now = member(id);
    boolean another = now != null && now.withIncarnation(incarnation).isOtherThan(now);
    return !another && isVoter(id);
  }

  /** Whether the next configuration has a voter that is none yet. */
  boolean hasNewVoters(Configuration target) {
    return target.voters.stream().anyMatch(m -> isNewVoter(m));
  }

  /** Whether a member of a configuration to come is not one of these voters. */
  boolean isNewVoter(Member m) {
    int voter = Half.indexOf(voters, m.id());
    return voter < 0 || m.isOtherThan(voters.get(voter));
  }

  // ---- quorums

  /**
   * Whether those for whom something holds are a quorum.
   *
   * @param holds asked about voters only
   * @return true if a majority of the voters says so, and while joint of the outgoing voters too
   */
  public boolean hasQuorum(Predicate<NodeId> holds) {
    return counted.hasMajority(holds) && (!isJoint() || countedOutgoing.hasMajority(holds));
  }

  /**
   * The highest value that a quorum has reached.
   *
   * @param reached how far a voter is
   * @return the highest x such that the voters with {@code reached >= x} are a quorum; {@code
   *     Long.MIN_VALUE} if void voters leave none
   */
  public long quorumIndex(ToLongFunction<NodeId> reached) {
    long index = counted.majorityIndex(reached);
    return isJoint() ? Math.min(index, countedOutgoing.majorityIndex(reached)) : index;
  }

  private static boolean contains(List<Member> members, NodeId id) {
    return Half.indexOf(members, id) >= 0;
  }

  // ---- as bytes

  /**
   * The configuration as the data of an entry: UTF-8, a line with the cluster if it is known, and
   * one for each member, {@code role id=host:port incarnation}.
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
    return ConfigurationText.read(new String(data, StandardCharsets.UTF_8));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Configuration c
        && Objects.equals(clusterId, c.clusterId)
        && voters.equals(c.voters)
        && outgoing.equals(c.outgoing)
        && learners.equals(c.learners)
        && rejoining.equals(c.rejoining)
        && Objects.equals(next, c.next);
  }

  @Override
  public int hashCode() {
    return voters.hashCode();
  }

  /** The text that {@link #toBytes()} encodes. */
  @Override
  public String toString() {
    return ConfigurationText.write(this);
  }
}
