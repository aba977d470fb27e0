package io.balsa.raft.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for something that other threads bring about, and no longer than it may take on a busy
 * machine.
 */
final class Await {
  static final Duration LONG = Duration.ofSeconds(30);

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + LONG + ": " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
