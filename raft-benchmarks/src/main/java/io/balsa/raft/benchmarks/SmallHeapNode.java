package io.balsa.raft.benchmarks;

import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A node that joins a cluster in a process of its own, so that its heap can be small. Says when it
 * has restored a snapshot; ends when its input does, and says what memory it has used.
 *
 * <p>Arguments: {@code ID ADDRESS FOLDER}.
 */
public final class SmallHeapNode {
  static final String RESTORED = "restored";

  private SmallHeapNode() {}

  /**
   * Runs the node.
   *
   * @param args see the class
   * @throws IOException if storage or network fail
   */
  public static void main(String[] args) throws IOException {
    StreamedImage machine = new StreamedImage(0, () -> System.out.println(RESTORED));
    RaftNode node =
        RaftNode.builder(args[0], machine)
            .joins(args[1])
            .storage(FileStorage.open(Path.of(args[2])))
            .transport(NettyTransport.insecure(args[1]))
            .start();
    try (node) {
      int end = System.in.read(); // whoever has started it closes this, or is gone
      assert end < 0;
    }
    System.out.println(peakHeapBytes() + " " + peakResidentBytes());
  }

  /** The peaks of the heap's parts, which need not have been at the same time. */
  private static long peakHeapBytes() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getPeakUsage)
        .mapToLong(usage -> usage.getUsed())
        .sum();
  }

  /** What Linux says, 0 elsewhere. */
  private static long peakResidentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }
}
