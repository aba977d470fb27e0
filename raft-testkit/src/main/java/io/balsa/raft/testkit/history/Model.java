package io.balsa.raft.testkit.history;

import java.util.Objects;

/**
 * What a state machine should do, told one operation after the other: the specification that a
 * history is checked against.
 *
 * <p>States and keys must be immutable and have {@code equals} and {@code hashCode}: the checker
 * keeps them and asks whether it was there before. Inputs should have them too; unknown operations
 * with equal inputs are then tried once instead of once each. All methods must answer the same to
 * the same arguments.
 *
 * @param <S> the state
 * @param <I> what a client asks
 * @param <O> what it is told
 */
public interface Model<S, I, O> {
  /**
   * The state before the first operation, of each partition.
   *
   * @return the state
   */
  S initial();

  /**
   * Does one operation. Every input must be possible in every state.
   *
   * @param state the state before
   * @param input what is asked
   * @return the state after, and what the client should be told; an equal state if nothing changed
   */
  Step<S, O> step(S state, I input);

  /**
   * The part of the state that an input reads and writes. Parts are checked independently of one
   * another, which is much faster; an operation that touches more than one of them rules that out.
   *
   * @param input what is asked
   * @return the key of the part; null, for all inputs, if the state is one
   */
  default Object key(I input) {
    return null;
  }

  /**
   * Whether an input never changes any state. To say so of reads makes checking them much faster;
   * to say so of anything else is noticed.
   *
   * @param input what is asked
   * @return true only if {@link #step} leaves every state equal
   */
  default boolean isReadOnly(I input) {
    return false;
  }

  /**
   * Whether what a client was told is what the model says. Override it where an answer does not
   * tell everything or where outputs have no {@code equals}, as arrays.
   *
   * @param input what was asked
   * @param specified the output of {@link #step}
   * @param observed what the client was told
   * @return whether the operation can have happened in that state
   */
  default boolean accepts(I input, O specified, O observed) {
    return Objects.equals(specified, observed);
  }

  /**
   * The outcome of one operation.
   *
   * @param <S> the state
   * @param <O> what a client is told
   * @param state the state after the operation
   * @param output what the client should be told, may be null
   */
  record Step<S, O>(S state, O output) {}
}
