package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Links between real processes that swallow what is sent, and do not say so: whoever has a majority
 * goes on as if nothing were, and all are equal when the link is healed.
 */
@DisabledOnOs(OS.WINDOWS)
class GreyLinksIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SOME = 200;

  /** A machine that others use, too, is no clock; waiting for a peer would cost far more. */
  private static final int FACTOR = 10;

  private static final Duration ALLOWANCE = Duration.ofSeconds(3);

  @TempDir private Path directory;
  private RelayedCluster relayed;
  private Cluster cluster;
  private Clients clients;

  @BeforeEach
  void start() throws Exception {
    relayed = RelayedCluster.start(CounterNode.class, directory);
    cluster = relayed.cluster();
    clients = Clients.start(cluster);
    clients.awaitMore(SOME);
  }

  @AfterEach
  void end() {
    if (relayed != null) {
      clients.close();
      relayed.close();
    }
  }

  @Test
  void tr01_aPeerInABlackHoleHoldsUpNobodyElse() throws Exception {
    NodeReport before = cluster.awaitLeader();
    NodeProcess leader = cluster.node(before.id());
    NodeProcess follower = others(leader).get(0);
    clients.avoid(follower);
    long healthy = nanosForSome();

    relayed.relay(leader, follower).blackHole();
    relayed.relay(follower, leader).blackHole();
    long grey = 0;
    for (int i = 0; i < 3; i++) { // before, while and after the connections are given up
      grey = Math.max(grey, nanosForSome());
      awaitElectionTimeouts(2);
    }

    assertThat(cluster.report(leader).term()).isEqualTo(before.term());
    assertThat(cluster.report(leader).leads()).isTrue();
    assertThat(Duration.ofNanos(grey))
        .isLessThan(Duration.ofNanos(healthy).multipliedBy(FACTOR).plus(ALLOWANCE));
    heal(leader, follower);
    assertNothingLost();
  }

  @Test
  void tr04_aWayThatSwallowsInOneDirectionHoldsUpNobodyElse() throws Exception {
    NodeReport before = cluster.awaitLeader();
    NodeProcess leader = cluster.node(before.id());
    NodeProcess deaf = others(leader).get(0);
    NodeProcess mute = others(leader).get(1);

    clients.avoid(deaf);
    relayed.relay(leader, deaf).blackHole();
    awaitElectionTimeouts(6); // until it is closed as silent, and opened again in vain
    clients.awaitMore(SOME);
    assertThat(cluster.report(leader).term()).isEqualTo(before.term());
    heal(leader, deaf);
    cluster.awaitCaughtUp(deaf);

    clients.avoid(mute);
    relayed.relay(mute, leader).blackHole();
    awaitElectionTimeouts(3);
    clients.awaitMore(SOME);
    assertThat(cluster.report(leader).term()).isEqualTo(before.term());
    heal(leader, mute);
    assertNothingLost();
  }

  @Test
  void el20_aLeaderInABlackHoleStepsDownAndAnswersNoRead() throws Exception {
    NodeReport before = cluster.awaitLeader();
    NodeProcess old = cluster.node(before.id());
    clients.avoid(old);
    for (NodeProcess other : others(old)) {
      relayed.relay(old, other).blackHole();
      relayed.relay(other, old).blackHole();
    }
    read(old);
    assertThat(cluster.awaitLeader(others(old)).term()).isGreaterThan(before.term());
    Await.until("the old leader to step down", LIMIT, () -> !cluster.report(old).leads());
    clients.awaitMore(SOME);
    read(old);
    for (NodeProcess other : others(old)) {
      heal(old, other);
    }
    clients.avoid(null);
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  /** Whatever it answers is judged together with what all others were answered. */
  private void read(NodeProcess node) throws InterruptedException {
    long begin = System.nanoTime();
    Outcome<Long> outcome = cluster.counter(node, Duration.ofSeconds(3)).get();
    if (outcome instanceof Outcome.Executed<Long> executed) {
      clients.ledger().read(executed.value(), begin, System.nanoTime());
    }
  }

  private void heal(NodeProcess one, NodeProcess other) {
    relayed.relay(one, other).heal();
    relayed.relay(other, one).heal();
  }

  private List<NodeProcess> others(NodeProcess node) {
    List<NodeProcess> others = new ArrayList<>(cluster.nodes());
    others.remove(node);
    return others;
  }

  private long nanosForSome() throws Exception {
    long begin = System.nanoTime();
    clients.awaitMore(SOME);
    return System.nanoTime() - begin;
  }

  private static void awaitElectionTimeouts(int count) throws Exception {
    long begin = System.nanoTime();
    long enough = Duration.ofSeconds(count).toNanos();
    Await.until("time to pass", LIMIT, () -> System.nanoTime() - begin >= enough);
  }

  private void assertNothingLost() throws Exception {
    clients.close();
    long value = Await.value("all nodes to agree", LIMIT, this::agreedValue);
    assertThat(clients.ledger().problems(value)).as(clients.ledger().summary()).isEmpty();
  }

  private Optional<Long> agreedValue() throws IOException, InterruptedException {
    TreeSet<Long> values = new TreeSet<>();
    for (NodeProcess node : cluster.nodes()) {
      if (cluster.counter(node).get() instanceof Outcome.Executed<Long> executed) {
        values.add(executed.value());
      } else {
        return Optional.empty();
      }
      values.add(cluster.report(node).value());
    }
    return values.size() == 1 ? Optional.of(values.first()) : Optional.empty();
  }
}
