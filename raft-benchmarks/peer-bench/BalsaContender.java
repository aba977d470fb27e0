import io.balsa.raft.SnapshotWriter;
import java.io.InputStream;
import java.io.IOException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Role;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import peerbench.Contender;
import peerbench.Options;

/** Balsa as a contender of peer-bench; compiled against its core.jar by the script beside this file. */
public final class BalsaContender implements Contender {
  private static final class ByteCounter implements StateMachine {
    private long value;

    @Override
    public byte[] apply(long index, byte[] command) {
      value += command.length;
      return bytes();
    }

    @Override
    public SnapshotWriter snapshot() {
      byte[] image = bytes();
      return out -> out.write(image);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      value = java.nio.ByteBuffer.wrap(image.readAllBytes()).getLong();
    }

    private byte[] bytes() {
      return Options.encode(value);
    }
  }

  private final List<RaftNode> nodes = new ArrayList<>();
  private final List<ByteCounter> counters = new ArrayList<>();
  private volatile int leader = -1;

  @Override
  public String name() {
    return "balsa";
  }

  @Override
  public String version() {
    return "0.1.0-SNAPSHOT";
  }

  @Override
  public String durability() {
    return "FileStorage, defaults: on disk on a majority, fdatasync before each acknowledgement";
  }

  @Override
  public String path() {
    return "Netty on TCP; RaftNode.propose at the leader";
  }

  @Override
  public void start(Path dataDir, Options options) throws Exception {
    int[] ports = Options.freePorts(options.nodes());
    List<String> members = new ArrayList<>();
    for (int i = 0; i < ports.length; i++) {
      members.add("n" + i + "=" + options.host() + ":" + ports[i]);
    }
    for (int i = 0; i < ports.length; i++) {
      ByteCounter counter = new ByteCounter();
      counters.add(counter);
      nodes.add(
          RaftNode.builder("n" + i, counter)
              .members(members)
              .storage(FileStorage.open(dataDir.resolve("n" + i)))
              .transport(NettyTransport.insecure(options.host() + ":" + ports[i]))
              .electionTimeout(Duration.ofMillis(options.electionTimeoutMs()))
              .start());
    }
    while (findLeader() < 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private int findLeader() {
    int found = -1;
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).status().role() == Role.LEADER) {
        found = i;
      }
    }
    leader = found;
    return found;
  }

  @Override
  public CompletableFuture<byte[]> propose(byte[] command) {
    int at = leader;
    if (at < 0) {
      at = findLeader();
    }
    return at < 0
        ? CompletableFuture.failedFuture(new IllegalStateException("no leader"))
        : nodes.get(at).propose(command);
  }

  @Override
  public CompletableFuture<byte[]> readLinearizable() {
    return nodes.get(leader).read(counters.get(leader)::bytes);
  }

  @Override
  public int leader() {
    return findLeader();
  }

  @Override
  public String killLeader() {
    RaftNode victim = nodes.get(findLeader());
    leader = -1;
    victim.close();
    return "the node is closed: it says nothing to the others, whose connections break";
  }

  @Override
  public void close() {
    nodes.forEach(RaftNode::close);
  }
}
