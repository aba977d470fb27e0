package io.balsa.raft.core;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The voters of one half of a configuration, and what a majority of them is.
 *
 * @param members the voters, sorted by id
 * @param voids which of them are gone: part of the size of the majority, never of the majority
 */
record Half(List<Member> members, boolean[] voids) {

  /** Those are void whose ids belong to other nodes in a later configuration. */
  static Half of(List<Member> members, Configuration later) {
    boolean[] voids = new boolean[members.size()];
    for (int i = 0; i < voids.length; i++) {
      Member now = later.memberOfThisHalf(members.get(i).id());
      voids[i] = now != null && now.isOtherThan(members.get(i));
    }
    return new Half(members, voids);
  }

  static Half of(List<Member> members) {
    return new Half(members, new boolean[members.size()]);
  }

  boolean isVoter(NodeId id) {
    int place = indexOf(members, id);
    return place >= 0 && !voids[place];
  }

  boolean hasMajority(Predicate<NodeId> holds) {
    int count = 0;
    for (int i = 0; i < voids.length; i++) {
      if (!voids[i] && holds.test(members.get(i).id())) {
        count++;
      }
    }
    return count > voids.length / 2;
  }

  long majorityIndex(ToLongFunction<NodeId> reached) {
    long[] sorted = new long[voids.length];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = voids[i] ? Long.MIN_VALUE : reached.applyAsLong(members.get(i).id());
    }
    Arrays.sort(sorted);
    int majority = sorted.length / 2 + 1;
    return sorted[sorted.length - majority];
  }

  static int indexOf(List<Member> members, NodeId id) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).id().equals(id)) {
        return i;
      }
    }
    return -1;
  }
}
