package io.balsa.raft.testkit.history;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The operations on one key, laid out for the search.
 *
 * <ul>
 *   <li>Completed operations are numbered in the order in which they returned, unknown ones in the
 *       order in which they were invoked.
 *   <li>While operation {@code first} has not been placed, nothing that was invoked after its
 *       return may be: the {@link #candidates} are those that were under way when it returned.
 *   <li>Operations that were under way at the same time have different slots, and there are no more
 *       slots than that takes. So what was placed ahead of {@code first} fits into few bits,
 *       however long the history is; at a moment when nothing is under way it is nothing.
 * </ul>
 */
final class Partition<I, O> {
  private final Object key;
  private final List<Call<I, O>> completed = new ArrayList<>();
  private final List<Call<I, O>> unknown = new ArrayList<>();
  private final List<List<Integer>> candidates = new ArrayList<>();
  private final int[] slots;
  private final int[] unknownBefore;
  private final int[] twins;

  /** Takes the calls in the order in which they were invoked. */
  Partition(Object key, List<Call<I, O>> calls) {
    this.key = key;
    for (Call<I, O> call : calls) {
      (call.is(Outcome.COMPLETED) ? completed : unknown).add(call);
    }
    List<Call<I, O>> byInvocation = List.copyOf(completed);
    completed.sort(Comparator.comparingLong(Call::returned));
    slots = new int[completed.size()];
    unknownBefore = new int[completed.size()];
    twins = new int[unknown.size()];
    layOutCompleted(byInvocation);
    countUnknown();
    findTwins();
  }

  private void layOutCompleted(List<Call<I, O>> byInvocation) {
    Map<Long, Integer> numbers = new HashMap<>();
    for (int i = 0; i < completed.size(); i++) {
      numbers.put(completed.get(i).returned(), i);
    }
    TreeMap<Integer, Call<I, O>> underWay = new TreeMap<>();
    BitSet taken = new BitSet();
    int next = 0;
    for (int i = 0; i < completed.size(); i++) {
      long returned = completed.get(i).returned();
      for (; next < byInvocation.size() && byInvocation.get(next).invoked() < returned; next++) {
        int number = numbers.get(byInvocation.get(next).returned());
        slots[number] = taken.nextClearBit(0);
        taken.set(slots[number]);
        underWay.put(number, byInvocation.get(next));
      }
      candidates.add(List.copyOf(underWay.keySet()));
      underWay.remove(i);
      taken.clear(slots[i]);
    }
  }

  private void countUnknown() {
    int count = 0;
    for (int i = 0; i < completed.size(); i++) {
      while (count < unknown.size() && unknown.get(count).invoked() < completed.get(i).returned()) {
        count++;
      }
      unknownBefore[i] = count;
    }
  }

  private void findTwins() {
    Map<I, Integer> latest = new HashMap<>();
    for (int i = 0; i < twins.length; i++) {
      Integer twin = latest.put(unknown.get(i).input(), i);
      twins[i] = twin == null ? -1 : twin;
    }
  }

  Object key() {
    return key;
  }

  int completedCount() {
    return completed.size();
  }

  Call<I, O> completed(int number) {
    return completed.get(number);
  }

  Call<I, O> unknown(int number) {
    return unknown.get(number);
  }

  int slot(int number) {
    return slots[number];
  }

  /** Completed operations that may be next while this one is the first that was not placed. */
  List<Integer> candidates(int first) {
    return candidates.get(first);
  }

  /** How many unknown operations may be next while this one is the first that was not placed. */
  int unknownBefore(int first) {
    return unknownBefore[first];
  }

  /** The latest earlier unknown operation with an equal input, -1 if there is none. */
  int twin(int number) {
    return twins[number];
  }
}
