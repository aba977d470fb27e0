package io.balsa.raft.examples;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;

/**
 * A counter that also shows its latest state to other threads.
 *
 * <ul>
 *   <li>{@link #latest()} is what this node has applied, so it may be behind the cluster; who needs
 *       the truth reads the counter through the node.
 * </ul>
 */
final class PublishedCounter implements StateMachine {

  /** The value that the counter had when it had applied the entry at {@code index}. */
  record Applied(long index, long value) {}

  /** Asks for the value. */
  static final byte[] QUERY = {};

  private final Counter counter = new Counter();
  private volatile Applied latest = new Applied(0, 0);

  @Override
  public byte[] apply(long index, byte[] command) {
    byte[] answer = counter.apply(index, command);
    latest = new Applied(index, number(answer));
    return answer;
  }

  @Override
  public byte[] query(byte[] query) {
    if (query.length > 0) {
      throw new IllegalArgumentException("a counter can only be asked for its value");
    }
    return bytes(latest.value);
  }

  @Override
  public SnapshotWriter snapshot() {
    return counter.snapshot();
  }

  @Override
  public void restore(InputStream image) throws IOException {
    counter.restore(image);
    latest = new Applied(latest.index, counter.value.longValue());
  }

  /** For a read through the node. */
  long value() {
    return latest.value;
  }

  Applied latest() {
    return latest;
  }

  /** A command, which adds the number. */
  static byte[] bytes(long number) {
    return BigInteger.valueOf(number).toByteArray();
  }

  /** An answer; beyond 63 bits it wraps around, as a long does. */
  static long number(byte[] answer) {
    return new BigInteger(answer).longValue();
  }
}
