package io.balsa.raft.testkit.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.testkit.MemoryNetwork;
import io.balsa.raft.testkit.MemoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Production nodes with real threads, watched from all sides. */
class WatchedNodesTest {
  private static final List<String> MEMBERS = List.of("n1=memory:1", "n2=memory:2", "n3=memory:3");
  private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(200);
  private static final int ROUNDS = 10;
  private static final int PROPOSALS = 300;

  private final MemoryNetwork network = new MemoryNetwork();
  private final Map<String, MemoryStorage> disks = new TreeMap<>();
  private final Map<String, RaftNode> nodes = new TreeMap<>();
  private final Invariants invariants =
      Invariants.all(Configuration.of(MEMBERS.stream().map(Member::parse).toList()));
  private Throwable violation;
  private long observations;
  private long requests;

  /** The first violation counts; what comes after it says nothing. */
  private synchronized void observe(Observation observation) {
    if (violation == null) {
      observations++;
      try {
        invariants.observe(observation);
      } catch (RuntimeException | Violated e) {
        violation = e;
      }
    }
  }

  /** Tells what it applies. */
  private final class Machine implements StateMachine {
    private final NodeId id;
    private long state = 1;

    Machine(NodeId id) {
      this.id = id;
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      state = 31 * state + command[0] + 1;
      observe(new Observation.Applied(id, index, command, state));
      return null;
    }

    @Override
    public SnapshotWriter snapshot() {
      byte[] image = ByteBuffer.allocate(8).putLong(state).array();
      return out -> out.write(image);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      state = ByteBuffer.wrap(image.readAllBytes()).getLong();
    }
  }

  private synchronized Throwable violation() {
    return violation;
  }

  private void start(String name) throws IOException {
    NodeId id = new NodeId(name);
    MemoryStorage disk = disks.computeIfAbsent(name, n -> new MemoryStorage());
    nodes.put(
        name,
        RaftNode.builder(name, new Machine(id))
            .members(MEMBERS)
            .storage(new WatchedStorage(disk, this::observe))
            .transport(network.transport())
            .electionTimeout(ELECTION_TIMEOUT)
            .observer((decision, after) -> observe(new Observation.Decided(id, decision, after)))
            .start());
  }

  private void restart(String name) throws IOException {
    nodes.remove(name).close();
    observe(new Observation.Killed(new NodeId(name)));
    start(name);
  }

  @AfterEach
  void close() {
    nodes.values().forEach(RaftNode::close);
  }

  @Test
  void nodesWithThreadsViolateNothing() throws Exception {
    for (String name : List.of("n1", "n2", "n3")) {
      start(name);
    }
    long executed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String leader = leader();
      List<CompletableFuture<?>> answers = proposeToAll();
      if (round % 3 == 0) {
        restart(leader);
      } else {
        nodes.keySet().stream().filter(n -> !n.equals(leader)).forEach(n -> network.cut(leader, n));
      }
      leader();
      network.heal();
      for (CompletableFuture<?> answer : answers) {
        executed += answer.handle((a, e) -> e == null ? 1 : 0).get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(violation()).isNull();
    invariants.allAnswered();
    assertThat(executed).isGreaterThan(ROUNDS * PROPOSALS / 4);
    assertThat(observations).isGreaterThan(executed);
  }

  private List<CompletableFuture<?>> proposeToAll() {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int i = 0; i < PROPOSALS; i++) {
      nodes.forEach((name, node) -> answers.add(propose(new NodeId(name), node)));
    }
    return answers;
  }

  private CompletableFuture<?> propose(NodeId id, RaftNode node) {
    long request = ++requests;
    observe(new Observation.Asked(id, request));
    return node.propose(new byte[] {(byte) request})
        .whenComplete((answer, e) -> observe(new Observation.Answered(id, request)));
  }

  private String leader() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < end) {
      for (Map.Entry<String, RaftNode> e : nodes.entrySet()) {
        if (e.getValue().status().role() == Role.LEADER) {
          return e.getKey();
        }
      }
      assertThat(violation()).isNull();
      LockSupport.parkNanos(1_000_000);
    }
    throw new AssertionError("no leader");
  }
}
