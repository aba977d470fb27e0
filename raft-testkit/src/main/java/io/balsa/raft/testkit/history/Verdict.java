package io.balsa.raft.testkit.history;

import java.util.List;

/**
 * What {@link Linearizability} found. Prints as an explanation.
 *
 * @param <I> what a client asks
 * @param <O> what it is told
 */
public sealed interface Verdict<I, O> {
  /**
   * How many configurations were looked at: sets of operations done, with the state they lead to.
   *
   * @return the work done, the same for the same history
   */
  long explored();

  /**
   * Whether the history was proved to be linearizable. Not so if it was given up.
   *
   * @return true for {@link Linearizable} only
   */
  default boolean isLinearizable() {
    return this instanceof Linearizable;
  }

  /**
   * There is an order of the operations that explains everything clients were told.
   *
   * @param <I> what a client asks
   * @param <O> what it is told
   * @param explored how many configurations were looked at
   */
  record Linearizable<I, O>(long explored) implements Verdict<I, O> {}

  /**
   * There is no such order.
   *
   * @param <I> what a client asks
   * @param <O> what it is told
   * @param key the partition in which there is none
   * @param prefix the longest explanation found, in its order
   * @param unplaced what completed and must come next but cannot, by the time it was invoked
   * @param explanation the same for a reader
   * @param explored how many configurations were looked at
   */
  record Violation<I, O>(
      Object key,
      List<Operation<I, O>> prefix,
      List<Operation<I, O>> unplaced,
      String explanation,
      long explored)
      implements Verdict<I, O> {

    /** Copies the lists. */
    public Violation {
      prefix = List.copyOf(prefix);
      unplaced = List.copyOf(unplaced);
    }

    @Override
    public String toString() {
      return explanation;
    }
  }

  /**
   * The search was given up: nothing is known.
   *
   * @param <I> what a client asks
   * @param <O> what it is told
   * @param key the partition that was too hard
   * @param explored how many configurations were looked at
   */
  record Undecided<I, O>(Object key, long explored) implements Verdict<I, O> {}
}
