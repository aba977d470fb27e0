package io.balsa.raft.examples;

import io.balsa.raft.examples.Await.GivenUpException;
import io.balsa.raft.examples.Demonstration.BrokenPromiseException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The part of the story in which somebody operates the cluster, under load.
 *
 * <ul>
 *   <li>Before a node is killed or removed no increment is under way, so that the outcome of each
 *       is known and the count at the end can be exact.
 *   <li>At the end the members are those of the beginning.
 * </ul>
 */
final class Operations {
  private static final int SOME = 20;

  private final Cluster cluster;
  private final Narrator narrator;
  private final NodeProcess newcomer;

  Operations(Cluster cluster, Narrator narrator) {
    this.cluster = cluster;
    this.narrator = narrator;
    this.newcomer = cluster.newcomer();
  }

  private List<String> ids() {
    return cluster.nodes().stream().map(NodeProcess::id).toList();
  }

  /** Who stopped an earlier run may have left a fourth member behind. */
  void removeNewcomerOfEarlierRun() throws InterruptedException, GivenUpException {
    NodeReport leader = cluster.awaitLeader();
    if (leader.members().contains(newcomer.id())) {
      narrator.say("removing %s, which an earlier run has left", newcomer.id());
      cluster.changeMembers(cluster.node(leader.id()), List.of("remove=" + newcomer.id()), ids());
    }
  }

  void join(Load load) throws IOException, InterruptedException, GivenUpException {
    NodeReport leader = cluster.awaitLeader();
    narrator.say("starting %s with an empty directory, and adding it as a member", newcomer.id());
    cluster.startNewcomer();
    long begin = System.nanoTime();
    long first = load.books().acknowledged();
    cluster.changeMembers(
        cluster.node(leader.id()), List.of("add=" + newcomer.place().member()), ids());
    long meanwhile = load.books().acknowledged() - first;
    NodeReport report = cluster.awaitCaughtUp(newcomer);
    narrator.say(
        "%s is a voter after %,d ms, with the whole log up to index %,d;",
        newcomer.id(), (System.nanoTime() - begin) / 1_000_000, report.appliedIndex());
    narrator.detail("%,d increments were acknowledged meanwhile", meanwhile);
    load.join(newcomer.id(), cluster.counter(newcomer));
  }

  void loseDisk(Load load) throws IOException, InterruptedException, GivenUpException {
    NodeReport leader = cluster.awaitLeader();
    NodeProcess node = followerOf(leader);
    load.pause();
    narrator.say(
        "kill -9 %s, and its directory is lost; starting it with the same command", node.id());
    node.kill();
    node.loseData();
    load.resume();
    long begin = System.nanoTime();
    cluster.start(node);
    node.awaitReady();
    Await.until(
        node.id() + " to be a voter again",
        Demonstration.PATIENCE,
        () -> cluster.isVoterAgain(node, leader.membersIndex()));
    NodeReport report = cluster.awaitCaughtUp(node);
    narrator.say(
        "%s was let in again, got the log anew, and is a voter after %,d ms: applied up to %,d",
        node.id(), (System.nanoTime() - begin) / 1_000_000, report.appliedIndex());
  }

  void sleepThroughSnapshots(Load load)
      throws IOException, InterruptedException, GivenUpException, BrokenPromiseException {
    NodeProcess node = followerOf(cluster.awaitLeader());
    load.pause();
    long knew = cluster.awaitCaughtUp(node).appliedIndex();
    narrator.say("kill -9 %s, which knows the log up to index %,d;", node.id(), knew);
    narrator.detail("the others take two snapshots, and need the log before them no more");
    node.kill();
    load.resume();
    for (int i = 0; i < 2; i++) {
      load.awaitAcknowledged(load.books().acknowledged() + SOME);
      narrator.detail("snapshots up to index %s", snapshots(node));
    }
    narrator.say("starting %s again, with its old data", node.id());
    cluster.start(node);
    node.awaitReady();
    NodeReport report = cluster.awaitCaughtUp(node);
    if (report.snapshotIndex() <= knew) {
      throw new BrokenPromiseException(
          "%s knew the log up to %,d and has a snapshot up to %,d only"
              .formatted(node.id(), knew, report.snapshotIndex()));
    }
    narrator.say(
        "%s has installed a snapshot up to index %,d, and applied up to %,d",
        node.id(), report.snapshotIndex(), report.appliedIndex());
  }

  private String snapshots(NodeProcess but) throws InterruptedException, GivenUpException {
    List<String> indexes = new ArrayList<>();
    for (NodeProcess node : cluster.nodes()) {
      if (node != but) {
        long index =
            Await.value("a snapshot on " + node.id(), Demonstration.PATIENCE, () -> snapshot(node));
        indexes.add("%,d on %s".formatted(index, node.id()));
      }
    }
    return String.join(", ", indexes);
  }

  private Optional<Long> snapshot(NodeProcess node) throws IOException, InterruptedException {
    Outcome<String> outcome = cluster.admin(node).snapshot();
    if (outcome instanceof Outcome.Executed<String> executed) {
      return Optional.of(Long.valueOf(executed.value()));
    }
    throw new IOException(outcome.toString());
  }

  void leave(Load load) throws IOException, InterruptedException, GivenUpException {
    load.pause();
    load.leave(newcomer.id());
    load.resume();
    NodeReport leader = cluster.awaitLeader();
    if (leader.id().equals(newcomer.id())) {
      leader = makeWay();
    }
    List<String> staying = new ArrayList<>(ids());
    staying.remove(newcomer.id());
    long first = load.books().acknowledged();
    cluster.changeMembers(cluster.node(leader.id()), List.of("remove=" + newcomer.id()), staying);
    cluster.endNewcomer();
    load.awaitAcknowledged(first + SOME);
    narrator.say("removed %s, and stopped it: the members are %s", newcomer.id(), staying);
  }

  /** The newcomer leads; who removes it must not wait for an election. */
  private NodeReport makeWay() throws InterruptedException, GivenUpException {
    narrator.say("%s leads, and makes way before it leaves", newcomer.id());
    Await.until(
        newcomer.id() + " to make way",
        Demonstration.PATIENCE,
        () ->
            !cluster.report(newcomer).leads()
                || cluster.admin(newcomer).transfer("") instanceof Outcome.Executed);
    return cluster.awaitLeader();
  }

  /** One of the first three, since they are there in the next run. */
  private NodeProcess followerOf(NodeReport leader) {
    return cluster.nodes().subList(0, Cluster.SIZE).stream()
        .filter(node -> !node.id().equals(leader.id()))
        .reduce((before, last) -> last)
        .orElseThrow();
  }
}
