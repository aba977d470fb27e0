package io.balsa.raft;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/** This machine. */
enum SystemEnvironment implements Environment {
  INSTANCE;

  private final RandomGenerator random = new SecureRandom();

  @Override
  public Runner runner(String name, long periodNanos) {
    return new PollThread(name, periodNanos);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public Limits limits() {
    return Limits.forHeap(Runtime.getRuntime().maxMemory());
  }
}
