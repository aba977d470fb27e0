package io.balsa.raft.testkit.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * Some operations in an order that explains their outputs, and the state it leads to. Immutable.
 *
 * <ul>
 *   <li>Every completed operation before {@code first} was placed, {@code first} was not.
 *   <li>{@code ahead} has the slots of the completed operations after it that were.
 *   <li>{@code used} has the unknown operations that were: those that took effect.
 * </ul>
 */
final class Configuration<S, I, O> {
  private final Configuration<S, I, O> previous;
  private final Call<I, O> last;
  private final int first;
  private final BitSet ahead;
  private final BitSet used;
  private final S state;
  private final int placed;

  /** What else is possible from here depends on this, and on the unknown operations left. */
  record Place<S>(int first, BitSet ahead, S state) {}

  /** Nothing is placed. */
  Configuration(S initial) {
    this(null, null, 0, new BitSet(), new BitSet(), initial, 0);
  }

  private Configuration(
      Configuration<S, I, O> previous,
      Call<I, O> last,
      int first,
      BitSet ahead,
      BitSet used,
      S state,
      int placed) {
    this.previous = previous;
    this.last = last;
    this.first = first;
    this.ahead = ahead;
    this.used = used;
    this.state = state;
    this.placed = placed;
  }

  /** Places a completed operation. */
  Configuration<S, I, O> withCompleted(Partition<I, O> partition, int number, S next) {
    BitSet nextAhead = (BitSet) ahead.clone();
    nextAhead.set(partition.slot(number));
    int nextFirst = first;
    while (nextFirst < partition.completedCount() && nextAhead.get(partition.slot(nextFirst))) {
      nextAhead.clear(partition.slot(nextFirst));
      nextFirst++;
    }
    return new Configuration<>(
        this, partition.completed(number), nextFirst, nextAhead, used, next, placed + 1);
  }

  /** Places an unknown operation. */
  Configuration<S, I, O> withUnknown(Partition<I, O> partition, int number, S next) {
    BitSet nextUsed = (BitSet) used.clone();
    nextUsed.set(number);
    return new Configuration<>(
        this, partition.unknown(number), first, ahead, nextUsed, next, placed);
  }

  boolean isPlaced(Partition<I, O> partition, int number) {
    return ahead.get(partition.slot(number));
  }

  boolean isUsed(int unknown) {
    return used.get(unknown);
  }

  int first() {
    return first;
  }

  BitSet used() {
    return used;
  }

  S state() {
    return state;
  }

  /** How many completed operations are placed. */
  int placed() {
    return placed;
  }

  Place<S> place() {
    return new Place<>(first, ahead, state);
  }

  /** The operations in their order. */
  List<Call<I, O>> order() {
    List<Call<I, O>> order = new ArrayList<>();
    for (Configuration<S, I, O> c = this; c.last != null; c = c.previous) {
      order.add(c.last);
    }
    Collections.reverse(order);
    return order;
  }
}
