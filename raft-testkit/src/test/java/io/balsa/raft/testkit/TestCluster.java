package io.balsa.raft.testkit;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Storage;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Production nodes with real threads and real files, on a network in memory, each with a counter.
 */
final class TestCluster implements AutoCloseable {
  static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);

  /** Adds up the numbers in its commands. */
  static class Counter implements StateMachine {
    private long value;
    private volatile long seen;

    @Override
    public byte[] apply(long index, byte[] command) {
      value += ByteBuffer.wrap(command).getLong();
      seen = value;
      return bytes(value);
    }

    @Override
    public SnapshotWriter snapshot() {
      byte[] image = bytes(value);
      return out -> out.write(image);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      value = number(image.readAllBytes());
      seen = value;
    }

    /** The value, for the thread that applies. */
    long value() {
      return value;
    }

    /** The value, for other threads. */
    long seen() {
      return seen;
    }
  }

  final MemoryNetwork network = new MemoryNetwork();
  final Map<String, Counter> counters = new TreeMap<>();
  private final Map<String, RaftNode> nodes = new TreeMap<>();
  private final List<String> members = new ArrayList<>();
  private final Path dir;

  TestCluster(Path dir, int size) {
    this.dir = dir;
    for (int i = 1; i <= size; i++) {
      members.add("n" + i + "=memory:" + i);
    }
  }

  static TestCluster started(Path dir, int size) throws IOException {
    TestCluster cluster = new TestCluster(dir, size);
    for (int i = 1; i <= size; i++) {
      cluster.start("n" + i);
    }
    return cluster;
  }

  RaftNode start(String id) throws IOException {
    return start(id, new Counter());
  }

  RaftNode start(String id, Counter counter) throws IOException {
    return start(id, counter, FileStorage.open(dir.resolve(id)));
  }

  RaftNode start(String id, Counter counter, Storage storage) throws IOException {
    RaftNode node =
        RaftNode.builder(id, counter)
            .members(members)
            .storage(storage)
            .transport(network.transport())
            .electionTimeout(ELECTION_TIMEOUT)
            .start();
    counters.put(id, counter);
    nodes.put(id, node);
    return node;
  }

  /** Starts a node that is to be let into the cluster. */
  RaftNode join(String id) throws IOException {
    Counter counter = new Counter();
    RaftNode node =
        RaftNode.builder(id, counter)
            .joins("memory:" + id.substring(1))
            .storage(FileStorage.open(dir.resolve(id)))
            .transport(network.transport())
            .electionTimeout(ELECTION_TIMEOUT)
            .start();
    counters.put(id, counter);
    nodes.put(id, node);
    return node;
  }

  RaftNode node(String id) {
    return nodes.get(id);
  }

  RaftNode node(NodeId id) {
    return nodes.get(id.value());
  }

  void stop(String id) {
    nodes.remove(id).close();
  }

  /** A node that leads and has committed something in its term. */
  String leader() {
    return leaderAmong(nodes.keySet().toArray(new String[0]));
  }

  String leaderAmong(String... ids) {
    String[] found = new String[1];
    Await.until(
        "a leader among " + String.join(" ", ids),
        () -> {
          for (String id : ids) {
            NodeStatus status = node(id).status();
            if (status.role() == Role.LEADER && status.commitIndex() == status.lastIndex()) {
              found[0] = id;
            }
          }
          return found[0] != null;
        });
    return found[0];
  }

  List<String> followers() {
    String leader = leader();
    return nodes.keySet().stream().filter(id -> !id.equals(leader)).toList();
  }

  long add(String id, long number) throws Exception {
    return number(node(id).propose(bytes(number)).get(30, TimeUnit.SECONDS));
  }

  long read(String id) throws Exception {
    return node(id).read(counters.get(id)::value).get(30, TimeUnit.SECONDS);
  }

  static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  @Override
  public void close() {
    stopAll();
  }

  void stopAll() {
    nodes.values().forEach(RaftNode::close);
    nodes.clear();
  }
}
