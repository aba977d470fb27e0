package io.balsa.raft.examples;

import io.balsa.raft.examples.Await.GivenUpException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The story that the counter cluster tells: a leader is elected, increments go through, the leader
 * is killed and comes back, a fourth node joins, another one loses its disk, one sleeps through two
 * snapshots, the fourth leaves, and nothing is lost.
 */
final class Demonstration {
  static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PHASE_MILLIS = 1_500;

  /** What the cluster did is not what Raft promises; the message says what. */
  static final class BrokenPromiseException extends Exception {
    private static final long serialVersionUID = 1L;

    BrokenPromiseException(String message) {
      super(message);
    }
  }

  private final Cluster cluster;
  private final Narrator narrator;
  private final RoleChanges roleChanges;

  Demonstration(Cluster cluster, Narrator narrator) {
    this.cluster = cluster;
    this.narrator = narrator;
    this.roleChanges = new RoleChanges(List.copyOf(cluster.nodes()));
  }

  void run() throws IOException, InterruptedException, GivenUpException, BrokenPromiseException {
    NodeReport leader = cluster.awaitLeader();
    narrator.say("%s leads in term %d; from its log:", leader.id(), leader.term());
    showRoleChanges(leader);
    Operations operations = new Operations(cluster, narrator);
    operations.removeNewcomerOfEarlierRun();
    long before = readThrough(cluster.node(leader.id()));
    if (before != 0) {
      narrator.say("the counter is at %,d from an earlier run", before);
    }
    try (Load load = new Load(before)) {
      cluster.nodes().forEach(node -> load.join(node.id(), cluster.counter(node)));
      narrator.say("adding 1 again and again, through n1, n2 and n3 in turn");
      load.start();
      showPhase(load);
      leader = cluster.awaitLeader();
      killLeader(leader, load);
      showPhase(load);
      bringBack(cluster.node(leader.id()), leader.appliedIndex());
      showPhase(load);
      operations.join(load);
      showPhase(load);
      operations.loseDisk(load);
      showPhase(load);
      operations.sleepThroughSnapshots(load);
      operations.leave(load);
      load.pause();
      narrator.say("stopped adding; what do the nodes say?");
      if (!load.problem().isEmpty()) {
        throw new BrokenPromiseException(load.problem());
      }
      compare(before, load.books());
    }
  }

  private void showRoleChanges(NodeReport leader) throws IOException {
    roleChanges.of(leader.id()).forEach(change -> narrator.detail("%s", change));
  }

  /** Lets increments go on for a while and says how many were acknowledged meanwhile. */
  private void showPhase(Load load) throws InterruptedException, GivenUpException {
    long begin = System.nanoTime();
    long first = load.books().acknowledged();
    Map<String, Long> through = load.acknowledgedThrough();
    Thread.sleep(PHASE_MILLIS);
    long more = load.awaitAcknowledged(first + 1).acknowledged() - first;
    List<String> shares = new ArrayList<>();
    load.acknowledgedThrough()
        .forEach((id, now) -> shares.add("%s %,d".formatted(id, now - through.get(id))));
    narrator.say(
        "%,d more acknowledged in %.1f s, through %s",
        more, (System.nanoTime() - begin) / 1e9, String.join(", ", shares));
  }

  private void killLeader(NodeReport leader, Load load)
      throws IOException, InterruptedException, GivenUpException {
    load.pause();
    Load.Books books = load.books();
    narrator.say("kill -9 %s, the leader, after %,d increments", leader.id(), books.acknowledged());
    narrator.detail("(none is under way right now, so that the count at the end can be exact)");
    long killedAt = System.nanoTime();
    cluster.node(leader.id()).kill();
    load.resume();
    Load.Books after = load.awaitAcknowledged(books.acknowledged() + 1);
    NodeReport next = cluster.awaitLeader();
    narrator.say("%s leads in term %d; from its log:", next.id(), next.term());
    showRoleChanges(next);
    narrator.detail(
        "first increment acknowledged again %,d ms after the kill",
        (after.lastAt() - killedAt) / 1_000_000);
  }

  private void bringBack(NodeProcess node, long knew)
      throws IOException, InterruptedException, GivenUpException {
    long missed = cluster.awaitLeader().commitIndex() - knew;
    narrator.say(
        "starting %s again, with its old data; it has missed %,d entries", node.id(), missed);
    cluster.start(node);
    node.awaitReady();
    NodeReport report = cluster.awaitCaughtUp(node);
    narrator.say(
        "%s is %s in term %d and has caught up: applied up to index %,d",
        node.id(), report.role(), report.term(), report.appliedIndex());
  }

  private void compare(long before, Load.Books books)
      throws IOException, InterruptedException, GivenUpException, BrokenPromiseException {
    List<Long> values = new ArrayList<>();
    for (NodeProcess node : cluster.nodes()) {
      values.add(readThrough(node));
    }
    List<NodeReport> reports =
        Await.value("all nodes to have applied the same", PATIENCE, this::allApplied);
    narrator.print("");
    narrator.print("         linearizable read   own copy   applied up to index");
    for (int i = 0; i < values.size(); i++) {
      NodeReport report = reports.get(i);
      narrator.print(
          "  %-4s   %,17d   %,8d   %,19d",
          report.id(), values.get(i), report.value(), report.appliedIndex());
    }
    narrator.print("");
    narrator.print("  acknowledged increments   %,8d", books.acknowledged());
    narrator.print("  of unknown outcome        %,8d%s", books.unknown(), explained(books));
    narrator.print("");
    new Verdict(before, books, values, reports.stream().map(NodeReport::value).toList())
        .tell(narrator);
  }

  private static String explained(Load.Books books) {
    return books.unknown() == 0
        ? ""
        : "  (the answer got lost; the next one told what became of it)";
  }

  private Optional<List<NodeReport>> allApplied() throws IOException, InterruptedException {
    List<NodeReport> reports = cluster.reports();
    boolean same =
        reports.stream()
            .allMatch(
                r ->
                    r.appliedIndex() == reports.get(0).appliedIndex()
                        && r.appliedIndex() == r.commitIndex());
    return same ? Optional.of(reports) : Optional.empty();
  }

  private long readThrough(NodeProcess node) throws InterruptedException, GivenUpException {
    return Await.value(
        "a read through " + node.id(),
        PATIENCE,
        () -> {
          Outcome<Long> outcome = cluster.counter(node).get();
          if (outcome instanceof Outcome.Executed<Long> executed) {
            return Optional.of(executed.value());
          }
          throw new IOException(outcome.toString());
        });
  }
}
