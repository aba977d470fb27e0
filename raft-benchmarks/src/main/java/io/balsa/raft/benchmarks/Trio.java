package io.balsa.raft.benchmarks;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Three nodes in this process, each with a table, of which one can be stopped and started again.
 */
final class Trio implements AutoCloseable {
  private static final int SIZE = 3;
  private static final int PATIENCE_SECONDS = 120;

  private final Path dir;
  private final Table initial;
  private final List<String> members = new ArrayList<>();
  private final RaftNode[] nodes = new RaftNode[SIZE];
  private final TableMachine[] machines = new TableMachine[SIZE];

  private Trio(Path dir, Table initial) {
    this.dir = dir;
    this.initial = initial;
  }

  /** All begin with the same table, which they share as long as they can. */
  static Trio start(Path dir, Table initial) throws Exception {
    Trio trio = new Trio(dir, initial);
    for (int i = 0; i < SIZE; i++) {
      trio.members.add("n" + i + "=127.0.0.1:" + BenchmarkCluster.freePort());
    }
    for (int i = 0; i < SIZE; i++) {
      trio.start(i);
    }
    trio.nodes[0].propose(new byte[Integer.BYTES]).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return trio;
  }

  void start(int i) throws IOException {
    String[] idAndAddress = members.get(i).split("=");
    machines[i] = new TableMachine(initial);
    nodes[i] =
        RaftNode.builder(idAndAddress[0], machines[i])
            .members(members)
            .storage(FileStorage.open(dir.resolve(idAndAddress[0])))
            .transport(NettyTransport.insecure(idAndAddress[1]))
            .start();
  }

  void stop(int i) {
    nodes[i].close();
  }

  RaftNode node(int i) {
    return nodes[i];
  }

  TableMachine machine(int i) {
    return machines[i];
  }

  /** Who leads; waits for one. */
  int leader() throws InterruptedException, TimeoutException {
    await("a leader", () -> find(Role.LEADER) >= 0);
    return find(Role.LEADER);
  }

  /** One that follows. */
  int follower() throws InterruptedException, TimeoutException {
    await("a follower", () -> find(Role.LEADER) >= 0 && find(Role.FOLLOWER) >= 0);
    return find(Role.FOLLOWER);
  }

  private int find(Role role) {
    for (int i = 0; i < SIZE; i++) {
      if (nodes[i].status().role() == role && !isClosed(i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isClosed(int i) {
    return nodes[i].status().health().state() == NodeStatus.State.CLOSED;
  }

  /** Waits until a node has applied what the leader had a moment before. */
  void awaitCaughtUp(int i) throws InterruptedException, TimeoutException {
    long goal = nodes[leader()].status().appliedIndex();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (nodes[i].status().appliedIndex() < goal) {
      // Under load the goal moves: it is where the leader was ten milliseconds ago.
      goal = nodes[leader()].status().appliedIndex();
      TimeUnit.MILLISECONDS.sleep(10);
      if (System.nanoTime() > deadline) {
        throw new TimeoutException(
            "not caught up after " + PATIENCE_SECONDS + " s: " + nodes[i].status());
      }
    }
  }

  private static void await(String what, BooleanSupplier condition)
      throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(1);
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("no sign of " + what + " within " + PATIENCE_SECONDS + " s");
      }
    }
  }

  @Override
  public void close() {
    for (RaftNode node : nodes) {
      if (node != null) {
        node.close();
      }
    }
  }
}
