package io.balsa.raft.examples;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Waits for what other processes will do sooner or later, and never for ever. */
final class Await {
  private static final long PAUSE_MILLIS = 10;

  /** Something that can be looked at again and again. */
  @FunctionalInterface
  interface Look<T> {
    Optional<T> look() throws InterruptedException, IOException;
  }

  /** Something that is true sooner or later. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws InterruptedException, IOException;
  }

  private Await() {}

  /**
   * Looks until there is something.
   *
   * @throws GivenUpException when the time is up
   */
  static <T> T value(String what, Duration limit, Look<T> look)
      throws InterruptedException, GivenUpException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      String last = "it did not happen";
      try {
        Optional<T> seen = look.look();
        if (seen.isPresent()) {
          return seen.get();
        }
      } catch (IOException e) {
        last = e.getMessage();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new GivenUpException(
            "waited " + limit.toSeconds() + " s in vain for " + what + ": " + last);
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  /**
   * Looks until it is true.
   *
   * @throws GivenUpException when the time is up
   */
  static void until(String what, Duration limit, Condition condition)
      throws InterruptedException, GivenUpException {
    value(what, limit, () -> condition.holds() ? Optional.of(what) : Optional.empty());
  }

  /** What was expected has not come. */
  static final class GivenUpException extends Exception {
    private static final long serialVersionUID = 1L;

    GivenUpException(String message) {
      super(message);
    }
  }
}
