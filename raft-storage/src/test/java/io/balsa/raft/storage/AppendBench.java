package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entry;

import io.balsa.raft.Environment;
import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Measures appending and syncing on the disk of a directory given as the argument. Not a test. */
final class AppendBench {
  private AppendBench() {}

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory(Path.of(args[0]), "append-bench");
    try (FileStorage storage = FileStorage.open(directory)) {
      LogStore log = storage.open(Place.GROUP, Place.IDENTITY, Environment.system());
      log.saveHardState(new HardState(1, null));
      long next = 1;
      for (int round = 0; round < 3; round++) {
        for (int batch : new int[] {1, 64, 512, 4096}) {
          next = measure(log, next, batch, true);
        }
        next = measure(log, next, 512, false);
      }
    }
  }

  private static long measure(LogStore log, long first, int batch, boolean sync)
      throws IOException {
    int rounds = sync ? 2000 : 1000;
    rounds = Math.min(rounds, 400_000 / batch);
    long next = first;
    long[] nanos = new long[rounds];
    long total = 0;
    for (int i = 0; i < rounds; i++) {
      List<Entry> entries = new ArrayList<>();
      for (int j = 0; j < batch; j++) {
        entries.add(entry(next++, 1, 256));
      }
      long start = System.nanoTime();
      log.append(entries, next - 1 - batch);
      if (sync) {
        log.sync();
      }
      nanos[i] = System.nanoTime() - start;
      total += nanos[i];
    }
    Arrays.sort(nanos);
    System.out.printf(
        "batch %5d sync %5b: %,10.0f entries/s, p50 %,d us, p99 %,d us%n",
        batch,
        sync,
        1e9 * rounds * batch / total,
        nanos[rounds / 2] / 1000,
        nanos[rounds * 99 / 100] / 1000);
    return next;
  }
}
