package io.balsa.raft.benchmarks;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.storage.FileStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the durable log costs: a batch of entries, without and with the sync. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AppendBenchmark {
  private static final byte[] COMMAND = new byte[256];

  /** How many entries share a write. */
  @Param({"1", "64", "512"})
  public int batch;

  private Path dir;
  private Storage storage;
  private LogStore store;
  private long index;

  /** Opens an empty log. */
  @Setup
  public void setUp() throws IOException {
    dir = Scratch.create();
    storage = FileStorage.open(dir);
    Identity identity = new Identity(UUID.randomUUID(), new NodeId("n1"), UUID.randomUUID());
    store = storage.open("default", identity, Environment.system());
  }

  /** Closes and removes the log. */
  @TearDown
  public void tearDown() throws IOException {
    store.close();
    storage.close();
    Scratch.delete(dir);
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(batch);
    for (int i = 0; i < batch; i++) {
      entries.add(new Entry(1, ++index, EntryType.COMMAND, COMMAND));
    }
    return entries;
  }

  /** Encodes and writes. */
  @Benchmark
  public void append() throws IOException {
    store.append(entries(), index - batch);
  }

  /** Encodes, writes and syncs. */
  @Benchmark
  public void appendAndSync() throws IOException {
    store.append(entries(), index - batch);
    store.sync();
  }
}
