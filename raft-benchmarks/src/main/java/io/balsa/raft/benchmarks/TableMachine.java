package io.balsa.raft.benchmarks;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAccumulator;

/** A table that is captured by keeping a reference, and what its calls took. */
final class TableMachine implements StateMachine {
  private static final byte[] NOTHING = {};

  private final LongAccumulator longestGap = new LongAccumulator(Long::max, 0);
  private Table table;
  private long lastAppliedAt;
  private volatile long captureNanos;
  private volatile long writeNanos;
  private volatile long restoreNanos;

  TableMachine(Table table) {
    this.table = table;
  }

  @Override
  public byte[] apply(long index, byte[] command) {
    table = table.with(ByteBuffer.wrap(command).getInt(), command);
    long now = System.nanoTime();
    longestGap.accumulate(lastAppliedAt == 0 ? 0 : now - lastAppliedAt);
    lastAppliedAt = now;
    return NOTHING;
  }

  @Override
  public SnapshotWriter snapshot() {
    long start = System.nanoTime();
    Table captured = table;
    captureNanos = System.nanoTime() - start;
    return out -> {
      long writeStart = System.nanoTime();
      captured.writeTo(out);
      writeNanos = System.nanoTime() - writeStart;
    };
  }

  @Override
  public void restore(InputStream image) throws IOException {
    long start = System.nanoTime();
    table = Table.read(image);
    restoreNanos = System.nanoTime() - start;
  }

  /** The longest time between two commands since this was asked last. */
  long longestGapNanos() {
    return longestGap.getThenReset();
  }

  long captureNanos() {
    return captureNanos;
  }

  /** Without making it durable. */
  long writeNanos() {
    return writeNanos;
  }

  /** How long the last restore took, 0 if there was none. */
  long restoreNanos() {
    return restoreNanos;
  }
}
