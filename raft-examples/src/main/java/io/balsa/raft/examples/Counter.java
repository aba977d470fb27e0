package io.balsa.raft.examples;

// README begins
import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A number on three machines. Start it on each: {@code java Counter 1}, 2 and 3. */
class Counter implements StateMachine {
  private long value;

  @Override
  public byte[] apply(long index, byte[] command) {
    return bytes(value += number(command));
  }

  long value() {
    return value;
  }

  static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  static long number(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getLong();
  }

  public static void main(String[] args) throws Exception {
    int n = Integer.parseInt(args[0]); // which of the three this is
    Counter counter = new Counter();
    try (RaftNode node =
        RaftNode.builder("n" + n, counter)
            .members("n1=localhost:7001", "n2=localhost:7002", "n3=localhost:7003")
            .storage(FileStorage.open(Path.of("data/n" + n)))
            .transport(NettyTransport.bind("localhost:" + (7000 + n)))
            .start()) {
      long after = number(node.propose(bytes(5)).join()); // applied on a majority's disks
      long now = node.read(counter::value).join(); // linearizable, on any node
      System.out.println("my 5 made it " + after + ", and now it is " + now);
      System.in.read(); // takes part until you press Enter
    }
  }
}
// README ends
