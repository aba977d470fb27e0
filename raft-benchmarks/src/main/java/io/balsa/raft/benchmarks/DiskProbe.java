package io.balsa.raft.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * What the disk can do by itself: write a block into an already written file, force it, repeat,
 * with three writers.
 */
final class DiskProbe {
  private static final int WRITERS = 3;
  private static final int REGION = 16 << 20;

  private DiskProbe() {}

  /** Returns a line of text. */
  static String run(Path dir, int blockBytes, int seconds)
      throws IOException, InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Callable<Histogram>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Path file = dir.resolve("probe-" + blockBytes + "-" + i);
        writers.add(() -> write(file, blockBytes, seconds));
      }
      Histogram all = new Histogram(3);
      for (Future<Histogram> writer : pool.invokeAll(writers)) {
        all.add(writer.get());
      }
      return String.format(
          "%,d forced writes/s of %,d bytes each (p50 %,d us), by %d writers together",
          all.getTotalCount() / seconds, blockBytes, all.getValueAtPercentile(50) / 1_000, WRITERS);
    } finally {
      pool.shutdown();
    }
  }

  private static Histogram write(Path file, int blockBytes, int seconds) throws IOException {
    Histogram histogram = new Histogram(3);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.write(ByteBuffer.allocateDirect(REGION), 0);
      channel.force(true);
      ByteBuffer block = ByteBuffer.allocateDirect(blockBytes);
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      long offset = 0;
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        channel.write(block.clear(), offset % (REGION - blockBytes));
        channel.force(false);
        histogram.recordValue(System.nanoTime() - start);
        offset += blockBytes;
      }
    }
    return histogram;
  }
}
