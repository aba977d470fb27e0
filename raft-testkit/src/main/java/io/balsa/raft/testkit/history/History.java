package io.balsa.raft.testkit.history;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * Records what clients ask and are told.
 *
 * <ul>
 *   <li>The order of the calls to this object is the order of the events. An operation comes before
 *       another if its end was recorded before the other was invoked, else they are concurrent,
 *       whatever times are given: those are for display.
 *   <li>Invoke before the request can reach the system, and end after the answer arrived.
 *   <li>An operation ends at most once. One that is under way counts as unknown.
 *   <li>A client may have several operations under way.
 * </ul>
 *
 * <p>Thread-safe.
 *
 * @param <I> what a client asks
 * @param <O> what it is told
 */
public final class History<I, O> {
  private final List<Call<I, O>> calls = new ArrayList<>();
  private long events;

  /** A history without operations. */
  public History() {}

  /**
   * A client asks.
   *
   * @param client the client
   * @param input what it asks
   * @param at the time
   * @return the id of the operation, to end it with
   */
  public synchronized long invoke(long client, I input, long at) {
    Operation<I, O> operation =
        new Operation<>(client, input, null, Outcome.UNKNOWN, at, Long.MAX_VALUE);
    calls.add(new Call<>(operation, events++, Call.UNDER_WAY));
    return calls.size() - 1;
  }

  /**
   * The client is told the outcome.
   *
   * @param id the operation
   * @param output what the client is told, may be null
   * @param at the time
   * @throws IllegalArgumentException if there is no such operation
   * @throws IllegalStateException if it ended before
   */
  public void completed(long id, O output, long at) {
    end(id, output, Outcome.COMPLETED, at);
  }

  /**
   * The client will never learn whether the operation took effect, or takes effect later.
   *
   * @param id the operation
   * @param at the time
   * @throws IllegalArgumentException if there is no such operation
   * @throws IllegalStateException if it ended before
   */
  public void unknown(long id, long at) {
    end(id, null, Outcome.UNKNOWN, at);
  }

  /**
   * The client is told that the operation did not and will not take effect.
   *
   * @param id the operation
   * @param at the time
   * @throws IllegalArgumentException if there is no such operation
   * @throws IllegalStateException if it ended before
   */
  public void notExecuted(long id, long at) {
    end(id, null, Outcome.FAILED, at);
  }

  private synchronized void end(long id, O output, Outcome outcome, long at) {
    if (id < 0 || id >= calls.size()) {
      throw new IllegalArgumentException("no operation " + id);
    }
    Call<I, O> call = calls.get((int) id);
    if (call.returned() != Call.UNDER_WAY) {
      throw new IllegalStateException("ended before: " + call.operation());
    }
    Operation<I, O> begun = call.operation();
    Operation<I, O> ended =
        new Operation<>(begun.client(), begun.input(), output, outcome, begun.invokedAt(), at);
    calls.set((int) id, new Call<>(ended, call.invoked(), events++));
  }

  /**
   * All operations so far.
   *
   * @return a copy, in the order in which they were invoked: an id is a position in it
   */
  public List<Operation<I, O>> operations() {
    return calls().stream().map(Call::operation).toList();
  }

  synchronized List<Call<I, O>> calls() {
    return List.copyOf(calls);
  }
}
