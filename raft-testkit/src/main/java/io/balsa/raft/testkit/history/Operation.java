package io.balsa.raft.testkit.history;

import java.util.Objects;

/**
 * One operation of a client, as the client saw it.
 *
 * @param <I> what a client asks
 * @param <O> what it is told
 * @param client who asked
 * @param input what was asked
 * @param output what the client was told; null unless the operation completed
 * @param outcome how it ended
 * @param invokedAt when it was asked, for display
 * @param returnedAt when the client was told, or gave up, for display; {@link Long#MAX_VALUE} if
 *     the operation is still under way
 */
public record Operation<I, O>(
    long client, I input, O output, Outcome outcome, long invokedAt, long returnedAt) {

  /** How an operation ended. */
  public enum Outcome {
    /** It took effect once, between the question and the answer. */
    COMPLETED,

    /**
     * Nobody can tell: it takes effect once at any time after it was asked, also after the client
     * gave up and after the end of the history, or never.
     */
    UNKNOWN,

    /** It never takes effect. */
    FAILED
  }

  /**
   * Checks that only what completed has an output.
   *
   * @throws IllegalArgumentException if not
   */
  public Operation {
    Objects.requireNonNull(outcome);
    if (output != null && outcome != Outcome.COMPLETED) {
      throw new IllegalArgumentException("output of an operation that is " + outcome);
    }
  }
}
