package io.balsa.raft;

import java.util.random.RandomGenerator;

/**
 * Where a node takes from what is not the same in every run: threads, time, randomness, and how
 * much room there is. A service leaves it alone; a simulator replaces it, and then the same seed
 * gives the same run.
 */
public interface Environment {

  /**
   * A new runner. The node stops it when it is closed.
   *
   * @param name says what for, among all runners of all nodes
   * @param periodNanos poll at least this often, in nanoseconds; 0 for only when woken
   * @return a runner that has not started
   */
  Runner runner(String name, long periodNanos);

  /**
   * A clock that never goes back and has no relation to the time of day.
   *
   * @return nanoseconds since an arbitrary moment
   */
  long nanoTime();

  /**
   * Where incarnations and timeouts are drawn from; not the same on two nodes.
   *
   * @return a generator, used by one thread at a time
   */
  RandomGenerator random();

  /**
   * How much may be used.
   *
   * @return the limits
   */
  Limits limits();

  /**
   * Threads, the clock and the randomness of this machine, and limits for the heap of this process.
   *
   * @return the environment of a node unless its builder is given another
   */
  static Environment system() {
    return SystemEnvironment.INSTANCE;
  }
}
