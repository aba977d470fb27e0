package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * el18: the one judge of quorums against a slow twin that follows the definition word by word:
 * count the voters of a half, is it more than half of them.
 */
class QuorumTwinTest {
  private static final int MOST = 9;
  private static final List<Member> ALL = new ArrayList<>();

  static {
    for (int i = 0; i < MOST; i++) {
      ALL.add(Cluster.member("n" + i));
    }
  }

  private static List<Member> members(int set) {
    List<Member> list = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      if ((set >> i & 1) == 1) {
        list.add(ALL.get(i));
      }
    }
    return list;
  }

  private static int indexOf(NodeId id) {
    return id.value().charAt(1) - '0';
  }

  private static boolean isMajority(int part, int half) {
    return 2 * Integer.bitCount(part & half) > Integer.bitCount(half);
  }

  private static boolean twinHasQuorum(int part, int voters, int outgoing) {
    return isMajority(part, voters) && (outgoing == 0 || isMajority(part, outgoing));
  }

  /** The highest of the values that enough have reached; tried one after the other. */
  private static long twinIndex(long[] reached, int voters, int outgoing) {
    long best = Long.MIN_VALUE;
    for (long candidate : reached) {
      int part = 0;
      for (int i = 0; i < MOST; i++) {
        part |= reached[i] >= candidate ? 1 << i : 0;
      }
      if (candidate > best && twinHasQuorum(part, voters, outgoing)) {
        best = candidate;
      }
    }
    return best;
  }

  private static void check(Configuration c, int voters, int outgoing, SplittableRandom random) {
    long[] reached = new long[MOST];
    for (int i = 0; i < MOST; i++) {
      reached[i] = random.nextInt(5);
    }
    // What those who don't vote have reached must not matter.
    for (int i = 0; i < MOST; i++) {
      if (((voters | outgoing) >> i & 1) == 0) {
        reached[i] = random.nextBoolean() ? 0 : 100;
      }
    }
    assertThat(c.quorumIndex(id -> reached[indexOf(id)]))
        .isEqualTo(twinIndex(reached, voters, outgoing));
  }

  private static Configuration joint(int voters, int outgoing) {
    Configuration target = Configuration.of(members(voters));
    return outgoing == 0 ? target : Configuration.of(members(outgoing)).jointWith(target);
  }

  @Test
  void el18_allSimpleConfigurationsAndAllSetsOfVoters() {
    SplittableRandom random = new SplittableRandom(1);
    for (int voters = 1; voters < 1 << MOST; voters++) {
      Configuration c = joint(voters, 0);
      for (int part = 0; part < 1 << MOST; part++) {
        int granted = part;
        assertThat(c.hasQuorum(id -> (granted >> indexOf(id) & 1) == 1))
            .isEqualTo(twinHasQuorum(part, voters, 0));
      }
      check(c, voters, 0, random);
    }
  }

  @Test
  void el18_allJointConfigurationsOfFiveNodes() {
    SplittableRandom random = new SplittableRandom(2);
    for (int voters = 1; voters < 32; voters++) {
      for (int outgoing = 1; outgoing < 32; outgoing++) {
        Configuration c = joint(voters, outgoing);
        for (int part = 0; part < 32; part++) {
          int granted = part;
          assertThat(c.hasQuorum(id -> (granted >> indexOf(id) & 1) == 1))
              .isEqualTo(twinHasQuorum(part, voters, outgoing));
        }
        for (int i = 0; i < 20; i++) {
          check(c, voters, outgoing, random);
        }
      }
    }
  }

  @Test
  void el18_manyJointConfigurationsOfNineNodes() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 20_000; i++) {
      int voters = 1 + random.nextInt((1 << MOST) - 1);
      int outgoing = 1 + random.nextInt((1 << MOST) - 1);
      int granted = random.nextInt(1 << MOST);
      Configuration c = joint(voters, outgoing);
      assertThat(c.hasQuorum(id -> (granted >> indexOf(id) & 1) == 1))
          .isEqualTo(twinHasQuorum(granted, voters, outgoing));
      check(c, voters, outgoing, random);
    }
  }

  /** Those in {@code gone} have another incarnation in the target than in the old configuration. */
  private static Configuration target(int voters, int outgoing, int gone) {
    List<Member> targetVoters = new ArrayList<>();
    List<Member> targetLearners = new ArrayList<>();
    for (Member m : members(voters | outgoing & gone)) {
      int bit = 1 << indexOf(m.id());
      boolean isGone = (gone & bit) != 0;
      Member now = m.withIncarnation(Cluster.incarnation(m.id().value(), isGone ? 2 : 1));
      ((voters & bit) != 0 ? targetVoters : targetLearners).add(now);
    }
    return Configuration.of(targetVoters, targetLearners);
  }

  @Test
  void cm15_whoeverIsAnotherNodeByNowIsNotCounted() {
    for (int voters = 1; voters < 16; voters++) {
      for (int outgoing = 1; outgoing < 16; outgoing++) {
        for (int gone = 0; gone < 16; gone++) {
          Configuration old =
              Configuration.of(
                  members(outgoing).stream()
                      .map(m -> m.withIncarnation(Cluster.incarnation(m.id().value(), 1)))
                      .toList());
          Configuration target = target(voters, outgoing, gone);
          checkVoid(old.jointWith(target), voters, outgoing, gone);
          checkVoid(old.preparing(target), outgoing, outgoing, gone);
        }
      }
    }
  }

  private static void checkVoid(Configuration c, int voters, int outgoing, int gone) {
    for (int part = 0; part < 16; part++) {
      int granted = part;
      boolean expected =
          isMajority(c.isJoint() ? part : part & ~gone, voters)
              && isMajority(part & ~gone, outgoing);
      assertThat(c.hasQuorum(id -> (granted >> indexOf(id) & 1) == 1)).isEqualTo(expected);
      long index = c.quorumIndex(id -> granted >> indexOf(id) & 1);
      assertThat(index == 1).isEqualTo(expected);
    }
  }
}
