package io.balsa.raft.testkit;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import io.balsa.raft.transport.netty.RaftClient;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Nodes on loopback, for clients that are none of them. */
final class ServedCluster implements AutoCloseable {

  /** Counts how often each number was proposed. */
  static final class Tally implements StateMachine {
    private final Map<Long, Long> counts = new TreeMap<>();

    @Override
    public byte[] apply(long index, byte[] command) {
      return bytes(counts.merge(ByteBuffer.wrap(command).getLong(), 1L, Long::sum));
    }

    /** How many numbers there are, and how often the most frequent one was proposed. */
    @Override
    public byte[] query(byte[] query) {
      long most = counts.values().stream().mapToLong(n -> n).max().orElse(0);
      return ByteBuffer.allocate(16).putLong(counts.size()).putLong(most).array();
    }

    @Override
    public SnapshotWriter snapshot() {
      Map<Long, Long> copy = new TreeMap<>(counts);
      return out -> {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        for (Map.Entry<Long, Long> entry : copy.entrySet()) {
          data.writeLong(entry.getKey());
          data.writeLong(entry.getValue());
        }
        out.write(bytes.toByteArray());
      };
    }

    @Override
    public void restore(InputStream image) throws IOException {
      byte[] bytes = image.readAllBytes();
      DataInputStream data = new DataInputStream(new ByteArrayInputStream(bytes));
      counts.clear();
      for (int i = 0; i < bytes.length; i += 16) {
        counts.put(data.readLong(), data.readLong());
      }
    }
  }

  private final Path dir;
  private final List<String> addresses = new ArrayList<>();
  private final Map<Integer, RaftNode> nodes = new TreeMap<>();

  ServedCluster(Path dir, int size) throws IOException {
    this.dir = dir;
    List<ServerSocket> taken = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
      taken.add(socket);
      addresses.add("127.0.0.1:" + socket.getLocalPort());
    }
    for (ServerSocket socket : taken) {
      socket.close();
    }
  }

  static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  void startAll() throws IOException {
    for (int i = 0; i < addresses.size(); i++) {
      start(i);
    }
  }

  void start(int i) throws IOException {
    List<String> members = new ArrayList<>();
    for (int m = 0; m < addresses.size(); m++) {
      members.add("n" + m + "=" + addresses.get(m));
    }
    nodes.put(
        i,
        RaftNode.builder("n" + i, new Tally())
            .members(members)
            .storage(FileStorage.open(dir.resolve("n" + i)))
            .transport(NettyTransport.insecure(addresses.get(i)))
            .electionTimeout(Duration.ofMillis(500))
            .start());
  }

  void stop(int i) {
    nodes.remove(i).close();
  }

  void stopAll() {
    List.copyOf(nodes.keySet()).forEach(this::stop);
  }

  /** Which node leads, or -1. */
  int leader() {
    for (Map.Entry<Integer, RaftNode> entry : nodes.entrySet()) {
      if (entry.getValue().status().role() == Role.LEADER) {
        return entry.getKey();
      }
    }
    return -1;
  }

  RaftClient.Builder client() {
    return RaftClient.builder(addresses.toArray(String[]::new)).insecure();
  }

  @Override
  public void close() {
    stopAll();
  }
}
