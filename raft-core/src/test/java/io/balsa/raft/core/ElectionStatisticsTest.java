package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** el13: elections without faults are quick, because timeouts are spread and drawn anew. */
class ElectionStatisticsTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();

  @Test
  void el13_almostEveryElectionIsDecidedInThreeRounds() {
    List<Long> rounds = new ArrayList<>();
    List<Integer> ticks = new ArrayList<>();
    for (long seed = 0; seed < 300; seed++) {
      String[] names =
          seed % 2 == 0
              ? new String[] {"n1", "n2", "n3"}
              : new String[] {"n1", "n2", "n3", "n4", "n5"};
      Cluster cluster = Cluster.of(seed, names);
      cluster.roundsUntil(20 * ET, () -> cluster.leader() != null);
      for (int i = 0; i < 5; i++) {
        cluster.rounds(4);
        TestNode leader = cluster.leader();
        cluster.crash(leader.id.value());
        ticks.add(cluster.roundsUntil(20 * ET, () -> cluster.leader() != null));
        rounds.add(cluster.leader().raft().term() - termOf(leader));
        cluster.restart(leader.id.value());
      }
    }
    rounds.sort(null);
    ticks.sort(null);
    assertThat(rounds).hasSizeGreaterThan(1000);
    assertThat(rounds.get(rounds.size() * 99 / 100)).as("terms of 99 %%").isLessThanOrEqualTo(3);
    assertThat(ticks.get(ticks.size() * 99 / 100)).as("ticks of 99 %%").isLessThanOrEqualTo(4 * ET);
  }

  private static long termOf(TestNode crashed) {
    return crashed.disk.hardState().term();
  }

  @Test
  void el13_timeoutsCoverTheRangeFromOneToTwoElectionTimeouts() {
    Set<Integer> seen = new HashSet<>();
    for (long seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Cluster cluster = new Cluster(Cluster.OPTIONS, id -> random::nextInt, null);
      cluster.form(Cluster.configuration("n1", "n2", "n3"), "n1");
      Message append = new Message.AppendEntries(1, 1, LogPosition.ZERO, 0, List.of());
      long term = 1;
      for (int i = 0; i < 10; i++, term++) {
        append = new Message.AppendEntries(term, 1, LogPosition.ZERO, 0, List.of());
        cluster.step("n1", new Event.Received(Cluster.id("n2"), append));
        int ticks = 0;
        while (cluster.raft("n1").role() == Role.FOLLOWER) {
          cluster.tick("n1", 1);
          ticks++;
        }
        assertThat(ticks).isBetween(ET, 2 * ET - 1);
        seen.add(ticks);
      }
    }
    assertThat(seen).hasSize(ET);
  }
}
