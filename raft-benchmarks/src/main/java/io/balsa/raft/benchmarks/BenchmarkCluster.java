package io.balsa.raft.benchmarks;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RaftNode;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.Session;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StaleRead;
import io.balsa.raft.Staleness;
import io.balsa.raft.StateMachine;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import io.balsa.raft.transport.netty.RaftClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Three nodes in this process, each counting the bytes of its commands. */
final class BenchmarkCluster implements AutoCloseable {
  static final List<String> IDS = List.of("n1", "n2", "n3");

  private static final int SIZE = 3;

  /** Each lets only so many commands be under way. */
  private static final int SESSIONS = 4;

  /** Adds up the lengths of its commands. */
  private static final class ByteCounter implements StateMachine {
    private long value;

    @Override
    public byte[] apply(long index, byte[] command) {
      value += command.length;
      return bytes();
    }

    @Override
    public byte[] query(byte[] query) {
      return bytes();
    }

    @Override
    public SnapshotWriter snapshot() {
      byte[] image = bytes();
      return out -> out.write(image);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      value = ByteBuffer.wrap(image.readAllBytes()).getLong();
    }

    private byte[] bytes() {
      return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
  }

  private final List<RaftNode> nodes = new ArrayList<>();
  private final List<ByteCounter> counters = new ArrayList<>();
  private final LongAdder syncs = new LongAdder();
  private RaftNode leader;
  private ByteCounter leaderCounter;
  private final List<Session> sessions = new ArrayList<>();
  private RaftClient client;
  private int turn;

  /**
   * Starts it, and waits for a leader.
   *
   * @param keys what its nodes prove their names with, or null for plaintext
   */
  static BenchmarkCluster start(Path dir, Keys keys) throws Exception {
    BenchmarkCluster cluster = new BenchmarkCluster();
    List<String> members = new ArrayList<>();
    for (String id : IDS) {
      members.add(id + "=127.0.0.1:" + freePort());
    }
    for (int i = 0; i < SIZE; i++) {
      cluster.startNode(members, i, dir, keys);
    }
    cluster.nodes.get(0).propose(new byte[1]).get(30, TimeUnit.SECONDS);
    cluster.findLeader();
    cluster.openSessions();
    RaftClient.Builder client =
        RaftClient.builder(members.stream().map(m -> m.split("=")[1]).toArray(String[]::new));
    cluster.client = (keys == null ? client.insecure() : client.tls(keys.of("load"))).open();
    return cluster;
  }

  private void openSessions() throws Exception {
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(leader.openSession(Duration.ofHours(1)).get(30, TimeUnit.SECONDS));
    }
  }

  private void startNode(List<String> members, int i, Path dir, Keys keys) throws IOException {
    String[] idAndAddress = members.get(i).split("=");
    ByteCounter counter = new ByteCounter();
    counters.add(counter);
    nodes.add(
        RaftNode.builder(idAndAddress[0], counter)
            .members(members)
            .storage(new CountingStorage(FileStorage.open(dir.resolve(idAndAddress[0])), syncs))
            .transport(
                keys == null
                    ? NettyTransport.insecure(idAndAddress[1])
                    : NettyTransport.bind(idAndAddress[1], keys.of(idAndAddress[0])))
            .start());
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void findLeader() {
    for (int i = 0; i < SIZE; i++) {
      if (nodes.get(i).status().role() == Role.LEADER) {
        leader = nodes.get(i);
        leaderCounter = counters.get(i);
      }
    }
  }

  CompletableFuture<byte[]> propose(byte[] command) {
    return leader.propose(command);
  }

  CompletableFuture<byte[]> proposeInSession(byte[] command) {
    return sessions.get(turn++ % SESSIONS).propose(command);
  }

  CompletableFuture<byte[]> proposeFromOutside(byte[] command) {
    return client.propose(command);
  }

  CompletableFuture<byte[]> readFromOutside() {
    return client.read(new byte[1]);
  }

  CompletableFuture<byte[]> read() {
    return leader.read(leaderCounter::bytes);
  }

  CompletableFuture<byte[]> leaseRead() {
    return leader.leaseRead(leaderCounter::bytes);
  }

  CompletableFuture<byte[]> staleRead() {
    return leader.staleRead(Staleness.any(), leaderCounter::bytes).thenApply(StaleRead::value);
  }

  CompletableFuture<byte[]> readAfter() {
    return leader.readAfter(leader.token(), leaderCounter::bytes);
  }

  /** How many times a log was forced, on all nodes together. */
  long syncs() {
    return syncs.sum();
  }

  @Override
  public void close() {
    client.close();
    nodes.forEach(RaftNode::close);
  }

  /** Counts the syncs of another storage. */
  private record CountingStorage(Storage storage, LongAdder syncs) implements Storage {
    @Override
    public LogStore open(String group, Identity identity, Environment environment)
        throws IOException {
      return new CountingStore(storage.open(group, identity, environment), syncs);
    }

    @Override
    public void close() throws IOException {
      storage.close();
    }
  }

  private record CountingStore(LogStore store, LongAdder syncs) implements LogStore {
    @Override
    public Identity identity() {
      return store.identity();
    }

    @Override
    public RecoveredLog recovered() {
      return store.recovered();
    }

    @Override
    public void append(List<Entry> entries, long commitIndex) throws IOException {
      store.append(entries, commitIndex);
    }

    @Override
    public void saveHardState(HardState hardState) throws IOException {
      store.saveHardState(hardState);
    }

    @Override
    public void sync() throws IOException {
      syncs.increment();
      store.sync();
    }

    @Override
    public void discard(long index) throws IOException {
      store.discard(index);
    }

    @Override
    public void restartAfter(LogPosition position) throws IOException {
      store.restartAfter(position);
    }

    @Override
    public SnapshotStore snapshots() {
      return store.snapshots();
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) throws IOException {
      return store.read(firstIndex, lastIndex, maxBytes);
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }
}
