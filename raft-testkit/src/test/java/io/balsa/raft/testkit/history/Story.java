package io.balsa.raft.testkit.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A history written by hand: each operation with the times of its two events, in any order. At
 * equal times invocations come first, so that what touches is concurrent.
 */
final class Story<I, O> {
  private interface Event<I, O> {
    void record(History<I, O> history, long[] ids);
  }

  private record Timed<I, O>(long at, boolean end, Event<I, O> event) {}

  private final List<Timed<I, O>> events = new ArrayList<>();
  private int operations;

  Story<I, O> did(long client, I input, O output, long from, long to) {
    int n = begin(client, input, from);
    return at(to, true, (history, ids) -> history.completed(ids[n], output, to));
  }

  /** Unknown, and given up. */
  Story<I, O> lost(long client, I input, long from, long to) {
    int n = begin(client, input, from);
    return at(to, true, (history, ids) -> history.unknown(ids[n], to));
  }

  Story<I, O> failed(long client, I input, long from, long to) {
    int n = begin(client, input, from);
    return at(to, true, (history, ids) -> history.notExecuted(ids[n], to));
  }

  Story<I, O> underWay(long client, I input, long from) {
    begin(client, input, from);
    return this;
  }

  private int begin(long client, I input, long from) {
    int n = operations++;
    at(from, false, (history, ids) -> ids[n] = history.invoke(client, input, from));
    return n;
  }

  private Story<I, O> at(long time, boolean end, Event<I, O> event) {
    events.add(new Timed<>(time, end, event));
    return this;
  }

  History<I, O> history() {
    events.sort(Comparator.<Timed<I, O>>comparingLong(Timed::at).thenComparing(Timed::end));
    History<I, O> history = new History<>();
    long[] ids = new long[operations];
    events.forEach(timed -> timed.event.record(history, ids));
    return history;
  }
}
