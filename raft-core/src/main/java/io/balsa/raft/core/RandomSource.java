package io.balsa.raft.core;

/**
 * Where the algorithm gets its randomness from, for example {@code new
 * SplittableRandom(seed)::nextInt}.
 */
@FunctionalInterface
public interface RandomSource {

  /**
   * The next random number.
   *
   * @param bound at least 1
   * @return a number from 0 to {@code bound - 1}
   */
  int nextInt(int bound);
}
