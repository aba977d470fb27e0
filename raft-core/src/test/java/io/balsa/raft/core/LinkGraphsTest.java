package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * el07: a partial partition must not keep a cluster from having a leader. Where some node reaches a
 * majority both ways, one leads within a few election timeouts, and stays.
 */
class LinkGraphsTest {
  private static final int ET = Cluster.OPTIONS.electionTicks();

  @Test
  void el07_everyDirectedGraphOfThreeNodes() {
    for (int graph = 0; graph < 64; graph++) {
      for (long seed = 0; seed < 4; seed++) {
        check(3, graph, seed);
      }
    }
  }

  @Test
  void el07_everyUndirectedGraphOfFiveNodes() {
    for (int pairs = 0; pairs < 1024; pairs++) {
      int bit = 0;
      int graph = 0;
      for (int from = 0; from < 5; from++) {
        for (int to = from + 1; to < 5; to++) {
          if ((pairs >> bit++ & 1) == 1) {
            graph |= bitOf(5, from, to) | bitOf(5, to, from);
          }
        }
      }
      check(5, graph, pairs);
    }
  }

  @Test
  void el07_manyDirectedGraphsOfFiveNodes() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 600; i++) {
      check(5, random.nextInt(1 << 20) | random.nextInt(1 << 20), i);
    }
  }

  private static int bitOf(int size, int from, int to) {
    return 1 << from * (size - 1) + (to < from ? to : to - 1);
  }

  private static void check(int size, int graph, long seed) {
    String[] names = new String[size];
    for (int i = 0; i < size; i++) {
      names[i] = "n" + (i + 1);
    }
    Cluster cluster = Cluster.of(seed, names);
    if (seed % 2 == 0) { // the graph finds a cluster that works, or one that starts
      cluster.roundsUntil(10 * ET, () -> cluster.leader() != null);
      cluster.rounds(5);
    }
    boolean possible = false;
    for (int from = 0; from < size; from++) {
      int reached = 1;
      for (int to = 0; to < size; to++) {
        if (to != from && (graph & bitOf(size, from, to)) == 0) {
          cluster.cutOneWay(names[from], names[to]);
        } else if (to != from && (graph & bitOf(size, to, from)) != 0) {
          reached++;
        }
      }
      possible |= reached > size / 2;
    }
    if (!possible) {
      cluster.rounds(10 * ET); // nothing to expect but that it is safe
      return;
    }
    String graphBits = size + " nodes, graph " + Integer.toBinaryString(graph) + ", seed " + seed;
    cluster.rounds(12 * ET);
    TestNode leader = cluster.leader();
    assertThat(leader).as("leader with %s of %s", graphBits, cluster.nodes()).isNotNull();
    long term = leader.raft().term();
    cluster.propose(leader.id.value(), "a");
    cluster.rounds(10 * ET);
    assertThat(cluster.leader()).as("stable with %s", graphBits).isSameAs(leader);
    assertThat(leader.raft().term()).as("stable with %s", graphBits).isEqualTo(term);
    assertThat(leader.raft().commitIndex()).isEqualTo(leader.raft().last().index());
  }
}
