package io.balsa.raft.examples;

// README begins
import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Path;

/** A number, kept three times: start {@code java Counter 1}, 2 and 3, each in a terminal. */
class Counter implements StateMachine {
  BigInteger value = BigInteger.ZERO;

  @Override
  public byte[] apply(long index, byte[] command) {
    value = value.add(new BigInteger(command));
    return value.toByteArray();
  }

  @Override
  public SnapshotWriter snapshot() {
    byte[] image = value.toByteArray();
    return out -> out.write(image);
  }

  @Override
  public void restore(InputStream image) throws IOException {
    value = new BigInteger(image.readAllBytes());
  }

  public static void main(String[] args) throws Exception {
    Counter counter = new Counter();
    try (RaftNode node =
        RaftNode.builder("n" + args[0], counter)
            .members("n1=localhost:7001", "n2=localhost:7002", "n3=localhost:7003")
            .storage(FileStorage.open(Path.of("data/n" + args[0])))
            .transport(NettyTransport.insecure("localhost:700" + args[0]))
            .start()) {
      byte[] after = node.propose(BigInteger.valueOf(5).toByteArray()).join(); // on a majority
      BigInteger now = node.read(() -> counter.value).join(); // linearizable, on any node
      System.out.println("my 5 made it " + new BigInteger(after) + ", and now it is " + now);
      System.in.read(); // takes part until you press Enter
    }
  }
}
// README ends
