package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes are killed and stopped under load. Whatever happens, each acknowledged increment
 * stays, none is applied twice, and no read is stale.
 */
class ProcessFaultsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int SOME = 50;

  @TempDir private Path directory;
  private Cluster cluster;
  private Clients clients;

  @BeforeEach
  void start() throws Exception {
    cluster = TestClusters.start(directory);
    clients = Clients.start(cluster);
    clients.awaitMore(SOME);
  }

  @AfterEach
  void end() {
    clients.close();
    cluster.close();
  }

  @Test
  void survivesTheLossOfTheLeader() throws Exception {
    NodeProcess leader = cluster.node(cluster.awaitLeader().id());
    leader.kill();
    clients.awaitMore(SOME);
    startAgain(leader);
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  @Test
  void survivesTheLossOfAFollower() throws Exception {
    String leader = cluster.awaitLeader().id();
    NodeProcess follower =
        cluster.nodes().stream().filter(n -> !n.id().equals(leader)).findFirst().orElseThrow();
    follower.kill();
    clients.awaitMore(SOME);
    startAgain(follower);
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  @Test
  void survivesTheLossOfAllAtOnce() throws Exception {
    for (NodeProcess node : cluster.nodes()) {
      node.signal("KILL");
    }
    for (NodeProcess node : cluster.nodes()) {
      node.kill(); // returns when it is gone
    }
    cluster.start();
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void rt07_aStoppedLeaderDoesNotServeOldValuesWhenItGoesOn() throws Exception {
    NodeReport old = cluster.awaitLeader();
    NodeProcess stopped = cluster.node(old.id());
    List<NodeProcess> others = new ArrayList<>(cluster.nodes());
    others.remove(stopped);

    stopped.signal("STOP");
    clients.avoid(stopped); // what is under way there stays unanswered
    NodeReport next = cluster.awaitLeader(others);
    assertThat(next.term()).isGreaterThan(old.term());
    clients.awaitMore(SOME);
    long acknowledged = clients.ledger().highestAnswer();
    stopped.signal("CONT");
    clients.avoid(null);

    assertThat(readThrough(stopped)).isGreaterThanOrEqualTo(acknowledged);
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  private void startAgain(NodeProcess node) throws Exception {
    cluster.start(node);
    node.awaitReady();
    long committed = cluster.awaitLeader().commitIndex();
    Await.until(
        node.id() + " to catch up", LIMIT, () -> cluster.report(node).appliedIndex() >= committed);
  }

  private void assertNothingLost() throws Exception {
    clients.close();
    long value = Await.value("all nodes to agree", LIMIT, this::agreedValue);
    assertThat(clients.ledger().problems(value)).as(clients.ledger().summary()).isEmpty();
  }

  /** The value if all say the same and have applied it; a request may still be under way. */
  private Optional<Long> agreedValue() throws IOException, InterruptedException {
    List<Long> values = new ArrayList<>();
    for (NodeProcess node : cluster.nodes()) {
      values.add(readOnce(node));
    }
    for (NodeReport report : cluster.reports()) {
      values.add(report.value());
    }
    return values.stream().distinct().count() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }

  private long readThrough(NodeProcess node) throws Exception {
    return Await.value("a read", LIMIT, () -> Optional.of(readOnce(node)));
  }

  private long readOnce(NodeProcess node) throws IOException, InterruptedException {
    Outcome<Long> outcome = cluster.counter(node).get();
    if (outcome instanceof Outcome.Executed<Long> executed) {
      return executed.value();
    }
    throw new IOException(outcome.toString());
  }
}
