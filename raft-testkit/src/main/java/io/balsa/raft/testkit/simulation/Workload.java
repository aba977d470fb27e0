package io.balsa.raft.testkit.simulation;

import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import io.balsa.raft.testkit.history.Model;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/**
 * A state machine under simulation: how it is made, what clients ask of it, and, as a {@link
 * Model}, what they may be answered.
 *
 * @param <M> the state machine
 * @param <S> the state of the model
 * @param <I> what a client asks for
 * @param <O> what it is answered
 */
public interface Workload<M extends StateMachine, S, I, O> extends Model<S, I, O> {

  /**
   * Makes a state machine in its initial state.
   *
   * @return a new one, never the same again
   */
  M stateMachine();

  /**
   * Thinks of a request.
   *
   * @param random where anything random must come from
   * @return something to ask for
   */
  I next(RandomGenerator random);

  /**
   * Sends a request, by {@link RaftNode#propose} or {@link RaftNode#read}. Returns the future at
   * once: there is one thread, so nothing may wait, nor use another thread or a timer.
   *
   * @param node any node
   * @param machine the state machine of that node, for reads to look into
   * @param input the request
   * @return the answer; not executed if it fails with a {@code NotExecutedException} or a {@code
   *     ClosedException}, perhaps executed if with an {@code OutcomeUnknownException}, a {@code
   *     SessionLostException} or an {@code AnswerLostException}; anything else fails the seed
   */
  CompletableFuture<O> execute(RaftNode node, M machine, I input);

  /**
   * Nobody asks for anything any more; what clients hold of a node, such as a session, is to be let
   * go, so that the cluster comes to rest.
   *
   * @param machine the state machine of that node
   */
  default void end(M machine) {}

  /**
   * Sends a request, with {@link RaftNode#leaseRead} in place of {@link RaftNode#read}.
   *
   * @param node any node
   * @param machine the state machine of that node
   * @param input the request
   * @return the answer
   */
  default CompletableFuture<O> executeByLease(RaftNode node, M machine, I input) {
    return execute(node, machine, input);
  }

  /**
   * Whether its state machines may also be taken for ones that keep their state themselves ({@link
   * StateMachine#appliedIndex()}): in some worlds they then live on when their processes end.
   *
   * @return false unless overridden
   */
  default boolean mayBeOnDisk() {
    return false;
  }

  /**
   * What must be equal on all nodes that have applied the same commands, compared by {@code
   * hashCode}. Called now and then; may take a while.
   *
   * @param machine a state machine
   * @return its state, with {@code equals} and {@code hashCode}; or null if it can't be compared
   */
  default Object state(M machine) {
    return null;
  }
}
