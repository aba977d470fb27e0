package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Quorums, counted from who the members are: what the library itself makes of them is among what is
 * to be judged.
 */
final class Quorums {
  private Quorums() {}

  /** Whether a majority of each half that counts, of the members it means, holds something. */
  static boolean isQuorum(Configuration configuration, Predicate<NodeId> holds) {
    List<Member> voters = configuration.voters();
    Configuration later = configuration.isPrepared() ? configuration.next() : null;
    boolean isMajority = isMajority(voters, later, holds);
    return isMajority
        && (!configuration.isJoint() || isMajority(configuration.outgoing(), configuration, holds));
  }

  private static boolean isMajority(
      List<Member> half, Configuration later, Predicate<NodeId> holds) {
    long count =
        half.stream()
            .filter(member -> later == null || !isAnotherNode(member, later))
            .filter(member -> holds.test(member.id()))
            .count();
    return 2 * count > half.size();
  }

  /** Whether who has this name in the later configuration is not who had it before. */
  private static boolean isAnotherNode(Member member, Configuration later) {
    return Stream.concat(later.voters().stream(), later.learners().stream())
        .filter(now -> now.id().equals(member.id()))
        .anyMatch(
            now ->
                now.incarnation() != null
                    && member.incarnation() != null
                    && !now.incarnation().equals(member.incarnation()));
  }
}
