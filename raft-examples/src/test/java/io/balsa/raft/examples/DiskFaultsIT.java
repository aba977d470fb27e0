package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kernel refuses to write or to sync, for real, under nodes that are processes: nothing
 * acknowledged is lost, nobody leads twice, the node says why, and goes on without a restart.
 */
class DiskFaultsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SOME = 30;

  /** A log grows beyond it soon; what a node tells in its log file, and its vote, is less. */
  private static final long SMALL = 8 << 10;

  /** Not even a term or a vote. */
  private static final long NOTHING = 0;

  private static final Pattern LEADS = Pattern.compile(".* (\\S+) is LEADER in term (\\d+), .*");

  @TempDir private Path directory;
  private Cluster cluster;
  private Clients clients;

  @BeforeEach
  void start() throws Exception {
    KernelFaults.assumeLimitsCanBeSet();
    cluster = TestClusters.start(directory);
    clients = Clients.start(cluster);
    clients.awaitMore(SOME);
  }

  @AfterEach
  void end() {
    if (cluster != null) {
      clients.close();
      cluster.close();
    }
  }

  @Test
  void st04_aLeaderThatMayNotWriteMakesWayAndResumes() throws Exception {
    NodeReport old = cluster.awaitLeader();
    NodeProcess leader = cluster.node(old.id());
    KernelFaults.limitFiles(leader, SMALL);
    assertThat(awaitHealth(leader, "STORAGE_FAILED")).contains("File too large");
    assertThat(cluster.awaitLeader(others(leader)).term()).isGreaterThan(old.term());
    clients.awaitMore(SOME);
    KernelFaults.liftLimit(leader);
    assertResumed(leader);
    assertThat(Files.readString(leader.place().logFile())).contains("stops taking part, since");
  }

  @Test
  void el01_whoMayNotWriteItsVoteGivesNone() throws Exception {
    clients.close();
    NodeProcess leader = cluster.node(cluster.awaitLeader().id());
    List<NodeProcess> voters = others(leader);
    long term = cluster.report(leader).term();
    for (NodeProcess voter : voters) {
      KernelFaults.limitFiles(voter, NOTHING);
    }
    leader.kill();
    // Whoever would vote has to write a new term first, and nobody can.
    Await.until("a storage to fail", LIMIT, () -> anyFailed(voters));
    for (NodeProcess voter : voters) {
      assertThat(cluster.report(voter).leads()).isFalse();
    }
    for (NodeProcess voter : voters) {
      KernelFaults.liftLimit(voter);
    }
    assertThat(cluster.awaitLeader(voters).term()).isGreaterThan(term);
    cluster.start(leader);
    leader.awaitReady();
    assertNothingLost();
  }

  @Test
  void st03_aLeaderWhoseSyncsFailMakesWayAndResumes() throws Exception {
    KernelFaults.assumeSyncsCanFail();
    NodeProcess leader = cluster.node(cluster.awaitLeader().id());
    try (AutoCloseable failing = KernelFaults.failSyncs(leader)) {
      assertThat(failing).isNotNull();
      assertThat(awaitHealth(leader, "STORAGE_FAILED")).contains("Input/output error");
      cluster.awaitLeader(others(leader));
      clients.awaitMore(SOME);
    }
    assertResumed(leader);
  }

  /** No error, nothing in the status: only the time that a sync takes tells. */
  @Test
  void rt02_aLeaderWhoseSyncsStallMakesWay() throws Exception {
    KernelFaults.assumeSyncsCanFail();
    NodeReport old = cluster.awaitLeader();
    NodeProcess leader = cluster.node(old.id());
    clients.avoid(leader); // what is under way there ends as unknown
    try (AutoCloseable stalled = KernelFaults.stallSyncs(leader)) {
      assertThat(stalled).isNotNull();
      Await.until(
          "another leader", LIMIT, () -> leadersTerm(others(leader)).orElse(0L) > old.term());
      clients.awaitMore(SOME);
    }
    assertThat(Files.readString(leader.place().logFile()))
        .contains("its disk has not finished a save");
    clients.avoid(null);
    assertResumed(leader);
  }

  private Optional<Long> leadersTerm(List<NodeProcess> among)
      throws IOException, InterruptedException {
    for (NodeProcess node : among) {
      NodeReport report = cluster.report(node);
      if (report.leads()) {
        return Optional.of(report.term());
      }
    }
    return Optional.empty();
  }

  private List<NodeProcess> others(NodeProcess node) {
    List<NodeProcess> others = new ArrayList<>(cluster.nodes());
    others.remove(node);
    return others;
  }

  private String awaitHealth(NodeProcess node, String health) throws Exception {
    return Await.value(
        node.id() + " to be " + health,
        LIMIT,
        () -> Optional.of(cluster.report(node).health()).filter(h -> h.startsWith(health)));
  }

  private boolean anyFailed(List<NodeProcess> nodes) throws IOException, InterruptedException {
    for (NodeProcess node : nodes) {
      if (cluster.report(node).health().startsWith("STORAGE_FAILED")) {
        return true;
      }
    }
    return false;
  }

  /** The same process takes part again and has all. */
  private void assertResumed(NodeProcess node) throws Exception {
    awaitHealth(node, "OK");
    clients.awaitMore(SOME);
    assertNothingLost();
  }

  private void assertNothingLost() throws Exception {
    clients.close();
    long value = Await.value("all nodes to agree", LIMIT, this::agreedValue);
    assertThat(clients.ledger().problems(value)).as(clients.ledger().summary()).isEmpty();
    assertOneLeaderATerm();
  }

  private Optional<Long> agreedValue() throws IOException, InterruptedException {
    Set<Long> values = new TreeSet<>();
    for (NodeProcess node : cluster.nodes()) {
      Outcome<Long> outcome = cluster.counter(node).get();
      if (!(outcome instanceof Outcome.Executed<Long> executed)) {
        throw new IOException(outcome.toString());
      }
      values.add(executed.value());
      values.add(cluster.report(node).value());
    }
    return values.size() == 1 ? Optional.of(values.iterator().next()) : Optional.empty();
  }

  /** Two leaders in a term would take two votes of somebody. */
  private void assertOneLeaderATerm() throws IOException {
    TreeMap<String, Set<String>> leaders = new TreeMap<>();
    for (NodeProcess node : cluster.nodes()) {
      for (String line : Files.readAllLines(node.place().logFile())) {
        Matcher found = LEADS.matcher(line);
        if (found.matches()) {
          leaders.computeIfAbsent(found.group(2), t -> new TreeSet<>()).add(found.group(1));
        }
      }
    }
    assertThat(leaders).isNotEmpty().allSatisfy((term, who) -> assertThat(who).hasSize(1));
  }
}
