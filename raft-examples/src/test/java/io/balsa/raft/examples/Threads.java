package io.balsa.raft.examples;

import java.util.List;

/** The end of threads that tests have started. */
final class Threads {
  private Threads() {}

  /** Waits for all of them, also when this thread is interrupted meanwhile; it is so afterwards. */
  static void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
