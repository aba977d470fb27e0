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
  private static final long PAUSE_NANOS = 1_000_000;

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    if (!within(LONG, condition)) {
      throw new AssertionError("not within " + LONG + ": " + what);
    }
  }

  /** Looks again and again, for so long at most; whether it came true. */
  static boolean within(Duration time, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > time.toNanos()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}
