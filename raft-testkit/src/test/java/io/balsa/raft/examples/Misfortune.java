package io.balsa.raft.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Something bad that happens to a running cluster, over when it returns: all processes run then, as
 * members, and have caught up. Whoever adds a kind adds it to {@link #all()}.
 *
 * @param name what it is, in words
 * @param course how it goes
 */
record Misfortune(String name, Course course) {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int SOME = 50;

  /** How a misfortune goes. */
  @FunctionalInterface
  interface Course {
    void run(RelayedCluster relayed, RandomGenerator random) throws Exception;
  }

  static List<Misfortune> all() {
    return List.of(
        of("the leader is killed", (c, random) -> killAndStart(c, leader(c))),
        of("a follower is killed", (c, random) -> killAndStart(c, follower(c, random))),
        of("all are killed at once", (c, random) -> killAll(c)),
        of("the leader stops and goes on", (c, random) -> stopAndGoOn(c, leader(c))),
        of("one after the other is killed", (c, random) -> killInTurn(c)),
        of("another node leads", (c, random) -> transfer(c, follower(c, random))),
        of("all take a snapshot", (c, random) -> snapshots(c)),
        of("a voter is replaced, and back", (c, random) -> replaceAndBack(c, random)),
        of("a follower loses its disk", (c, random) -> loseDisk(c, follower(c, random))),
        new Misfortune("the leader is in a black hole", (r, random) -> loseLeader(r, true)),
        new Misfortune("the leader is cut off", (r, random) -> loseLeader(r, false)),
        new Misfortune("a follower hears nothing", (r, random) -> deafen(r, random)));
  }

  /** How a misfortune goes that has nothing to do with the network. */
  @FunctionalInterface
  private interface CourseOfProcesses {
    void run(Cluster cluster, RandomGenerator random) throws Exception;
  }

  private static Misfortune of(String name, CourseOfProcesses course) {
    return new Misfortune(name, (relayed, random) -> course.run(relayed.cluster(), random));
  }

  /** Strikes, and waits until the cluster has recovered. */
  void strike(RelayedCluster relayed, RandomGenerator random) throws Exception {
    Cluster cluster = relayed.cluster();
    course.run(relayed, random);
    long committed = cluster.awaitLeader(cluster.nodes()).commitIndex();
    for (NodeProcess node : cluster.nodes()) {
      Await.until(
          node.id() + " to catch up",
          LIMIT,
          () -> cluster.report(node).appliedIndex() >= committed);
    }
  }

  private static NodeProcess leader(Cluster cluster) throws Exception {
    return cluster.node(cluster.awaitLeader().id());
  }

  private static NodeProcess follower(Cluster cluster, RandomGenerator random) throws Exception {
    return others(cluster, leader(cluster)).get(random.nextInt(Cluster.SIZE - 1));
  }

  private static List<NodeProcess> others(Cluster cluster, NodeProcess one) {
    List<NodeProcess> others = new ArrayList<>(cluster.nodes());
    others.remove(one);
    return others;
  }

  private static void killAndStart(Cluster cluster, NodeProcess node) throws Exception {
    node.kill();
    cluster.awaitLeader(others(cluster, node));
    start(cluster, node);
  }

  private static void killAll(Cluster cluster) throws Exception {
    for (NodeProcess node : cluster.nodes()) {
      node.signal("KILL");
    }
    for (NodeProcess node : cluster.nodes()) {
      node.kill(); // returns when it is gone
    }
    cluster.start();
  }

  private static void killInTurn(Cluster cluster) throws Exception {
    for (NodeProcess node : cluster.nodes()) {
      node.kill();
      start(cluster, node);
    }
  }

  private static void stopAndGoOn(Cluster cluster, NodeProcess node) throws Exception {
    node.signal("STOP");
    cluster.awaitLeader(others(cluster, node));
    node.signal("CONT");
  }

  private static void transfer(Cluster cluster, NodeProcess target) throws Exception {
    Await.until(
        target.id() + " to lead",
        LIMIT,
        () -> {
          executed(cluster.admin(target).transfer(target.id()));
          return true;
        });
  }

  /** Twice, so that whoever is behind needs the snapshot. */
  private static void snapshots(Cluster cluster) throws Exception {
    for (int i = 0; i < 2 * Cluster.SIZE; i++) {
      NodeProcess node = cluster.nodes().get(i % Cluster.SIZE);
      Await.until(
          "a snapshot on " + node.id(),
          LIMIT,
          () -> {
            executed(cluster.admin(node).snapshot());
            return true;
          });
    }
  }

  private static void executed(Outcome<String> outcome) throws IOException {
    if (!(outcome instanceof Outcome.Executed)) {
      throw new IOException(outcome.toString());
    }
  }

  /** The newcomer takes the place of a node that is dead, until that one is back. */
  private static void replaceAndBack(Cluster cluster, RandomGenerator random) throws Exception {
    NodeProcess leader = leader(cluster);
    NodeProcess replaced = others(cluster, leader).get(random.nextInt(Cluster.SIZE - 1));
    NodeProcess newcomer = cluster.newcomer();
    List<String> before = cluster.nodes().stream().map(NodeProcess::id).toList();
    List<String> meanwhile = new ArrayList<>(before);
    meanwhile.set(before.indexOf(replaced.id()), newcomer.id());
    replaced.kill();
    cluster.startNewcomer();
    cluster.changeMembers(
        leader, List.of("add=" + newcomer.place().member(), "remove=" + replaced.id()), meanwhile);
    start(cluster, replaced);
    cluster.changeMembers(
        leader, List.of("add=" + replaced.place().member(), "remove=" + newcomer.id()), before);
    cluster.endNewcomer();
  }

  private static void loseDisk(Cluster cluster, NodeProcess node) throws Exception {
    long membersIndex = cluster.awaitLeader().membersIndex();
    node.kill();
    node.loseData();
    start(cluster, node);
    Await.until(
        node.id() + " to be a voter again", LIMIT, () -> cluster.isVoterAgain(node, membersIndex));
  }

  /** Others lead meanwhile; whether the old leader is told that nobody hears it, or not. */
  private static void loseLeader(RelayedCluster relayed, boolean silently) throws Exception {
    Cluster cluster = relayed.cluster();
    NodeProcess old = leader(cluster);
    List<Relay> ways = new ArrayList<>();
    for (NodeProcess other : others(cluster, old)) {
      ways.add(relayed.relay(old, other));
      ways.add(relayed.relay(other, old));
    }
    ways.forEach(silently ? Relay::blackHole : Relay::cut);
    NodeReport next = cluster.awaitLeader(others(cluster, old));
    awaitMore(cluster, cluster.node(next.id()));
    ways.forEach(Relay::heal);
  }

  private static void deafen(RelayedCluster relayed, RandomGenerator random) throws Exception {
    Cluster cluster = relayed.cluster();
    NodeProcess leader = leader(cluster);
    Relay way = relayed.relay(leader, follower(cluster, random));
    way.blackHole();
    awaitMore(cluster, leader);
    way.heal();
  }

  private static void awaitMore(Cluster cluster, NodeProcess at) throws Exception {
    long enough = cluster.report(at).commitIndex() + SOME;
    Await.until("more to be committed", LIMIT, () -> cluster.report(at).commitIndex() >= enough);
  }

  private static void start(Cluster cluster, NodeProcess node)
      throws IOException, InterruptedException {
    cluster.start(node);
    node.awaitReady();
  }
}
