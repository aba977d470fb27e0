package io.balsa.raft.testkit;

import io.balsa.raft.Environment;
import io.balsa.raft.Limits;
import io.balsa.raft.Runner;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** The environment of production with other limits. */
record WithLimits(Environment system, UnaryOperator<Limits> change) implements Environment {

  private static WithLimits of(UnaryOperator<Limits> change) {
    return new WithLimits(Environment.system(), change);
  }

  static WithLimits batchBytes(long bytes) {
    return of(l -> limits(l, bytes, l.snapshotBytes()));
  }

  static WithLimits snapshotBytes(long bytes) {
    return of(l -> limits(l, l.batchBytes(), bytes));
  }

  private static Limits limits(Limits l, long batchBytes, long snapshotBytes) {
    return new Limits(
        l.proposedBytes(),
        l.cacheBytes(),
        l.applyBytes(),
        batchBytes,
        l.messagesInFlight(),
        l.commandBytes(),
        snapshotBytes,
        l.syncBytes(),
        l.segmentBytes());
  }

  @Override
  public Runner runner(String name, long periodNanos) {
    return system.runner(name, periodNanos);
  }

  @Override
  public long nanoTime() {
    return system.nanoTime();
  }

  @Override
  public RandomGenerator random() {
    return system.random();
  }

  @Override
  public Limits limits() {
    return change.apply(system.limits());
  }
}
