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

  /** How a misfortune goes. */
  @FunctionalInterface
  interface Course {
    void run(Cluster cluster, RandomGenerator random) throws Exception;
  }

  static List<Misfortune> all() {
    return List.of(
        new Misfortune("the leader is killed", (c, random) -> killAndStart(c, leader(c))),
        new Misfortune("a follower is killed", (c, random) -> killAndStart(c, follower(c, random))),
        new Misfortune("all are killed at once", (c, random) -> killAll(c)),
        new Misfortune("the leader stops and goes on", (c, random) -> stopAndGoOn(c, leader(c))),
        new Misfortune("one after the other is killed", (c, random) -> killInTurn(c)));
  }

  /** Strikes, and waits until the cluster has recovered. */
  void strike(Cluster cluster, RandomGenerator random) throws Exception {
    course.run(cluster, random);
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

  private static void start(Cluster cluster, NodeProcess node)
      throws IOException, InterruptedException {
    cluster.start(node);
    node.awaitReady();
  }
}
