package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.Limits;
import io.balsa.raft.Runner;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** An environment in which a log has small segments, and nothing happens by itself. */
record Quiet(long segmentBytes) implements Environment {

  @Override
  public Runner runner(String name, long periodNanos) {
    return new Runner() {
      private Runnable poll;

      @Override
      public void start(Runnable poll) {
        this.poll = poll;
      }

      @Override
      public void wake() {
        if (poll != null) {
          poll.run();
        }
      }

      @Override
      public void stop() {}
    };
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public RandomGenerator random() {
    return new SplittableRandom(1);
  }

  @Override
  public Limits limits() {
    return new Limits(
        1 << 20, 1 << 20, 1 << 20, 1 << 16, 64, 1 << 20, 1 << 20, 1 << 20, segmentBytes);
  }
}
