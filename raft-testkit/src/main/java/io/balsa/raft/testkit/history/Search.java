package io.balsa.raft.testkit.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Looks for an order of the operations of a partition that the model agrees with: the search of
 * Wing and Gong, which backtracks, with the memory of Lowe, which comes to no configuration twice.
 *
 * <p>What keeps it fast, and why nothing is missed:
 *
 * <ul>
 *   <li>An operation that only reads is placed as soon as it fits: in any order that places it
 *       later it can be moved to here. Not so one that happens to change nothing here, as it may
 *       have to change something later.
 *   <li>An unknown operation that changes nothing is not placed: without it the same is possible.
 *   <li>Of unknown operations with equal inputs the earliest is used first: it may stand wherever a
 *       later one may.
 *   <li>A configuration is not looked at if one with the same place was that used fewer unknown
 *       operations: whatever is possible with less left is possible with more.
 *   <li>Unknown operations are tried after all else, a few in a row first, and only at the end any
 *       number: a wrong turn is noticed before all sets of unknown operations were tried on it.
 *       Only a search that held nothing back finds a violation.
 * </ul>
 */
final class Search<S, I, O> {
  /** So many sets of used operations are compared; an equal one is always found. */
  private static final int COMPARED = 64;

  private final Model<S, I, O> model;
  private final Partition<I, O> partition;
  private final long bound;

  private final Map<Configuration.Place<S>, Set<BitSet>> seen = new HashMap<>();
  private Configuration<S, I, O> longest;
  private long explored;

  /** How many unknown operations may be placed in a row. */
  private int row = 1;

  private boolean heldBack;

  Search(Model<S, I, O> model, Partition<I, O> partition, long bound) {
    this.model = model;
    this.partition = partition;
    this.bound = bound;
    this.longest = settle(new Configuration<>(model.initial()));
  }

  Verdict<I, O> verdict() {
    Configuration<S, I, O> start = longest;
    do {
      seen.clear();
      heldBack = false;
      if (isComplete(start) || findsOrder(start)) {
        return new Verdict.Linearizable<>(explored);
      }
      row *= 4;
    } while (heldBack && !isExhausted());
    if (isExhausted()) {
      return new Verdict.Undecided<>(partition.key(), explored);
    }
    return new Explanation<>(model, partition, longest).violation(explored);
  }

  /** The longest order found: of all that completed, if the history is linearizable. */
  List<Call<I, O>> order() {
    return longest.order();
  }

  private boolean findsOrder(Configuration<S, I, O> start) {
    Deque<Branch> path = new ArrayDeque<>();
    isNew(start);
    path.push(new Branch(start));
    while (!path.isEmpty() && !isExhausted()) {
      Configuration<S, I, O> next = path.peek().next();
      if (next == null) {
        path.pop();
      } else if (isComplete(next)) {
        return true;
      } else {
        path.push(new Branch(next));
      }
    }
    return false;
  }

  private boolean isComplete(Configuration<S, I, O> configuration) {
    return configuration.placed() == partition.completedCount();
  }

  private boolean isExhausted() {
    return explored > bound;
  }

  /** What is reached from a configuration by unknown operations alone, and what was tried there. */
  private final class Branch {
    private final List<Configuration<S, I, O>> reached = new ArrayList<>();
    private int at;
    private int candidate;
    private int used;
    private int endOfUsed = 1;

    Branch(Configuration<S, I, O> start) {
      reached.add(start);
    }

    /** The next configuration with more completed operations, null if there is none. */
    Configuration<S, I, O> next() {
      while (at < reached.size() && !isExhausted()) {
        Configuration<S, I, O> from = reached.get(at);
        if (isComplete(from)) {
          return from;
        }
        List<Integer> candidates = partition.candidates(from.first());
        while (candidate < candidates.size()) {
          Configuration<S, I, O> next = place(from, candidates.get(candidate++));
          if (next != null && isNew(next)) {
            return next;
          }
        }
        reachFurther(from);
      }
      return null;
    }

    private void reachFurther(Configuration<S, I, O> from) {
      for (int number = 0; number < partition.unknownBefore(from.first()); number++) {
        Configuration<S, I, O> next = use(from, number);
        if (next != null && used == row) {
          heldBack = true;
        } else if (next != null && isNew(next)) {
          reached.add(next);
        }
      }
      candidate = 0;
      at++;
      if (at == endOfUsed) {
        endOfUsed = reached.size();
        used++;
      }
    }
  }

  /** Places a completed operation if its output is what the model says, else null. */
  private Configuration<S, I, O> place(Configuration<S, I, O> from, int number) {
    if (from.isPlaced(partition, number)) {
      return null;
    }
    Model.Step<S, O> step = stepOf(from, number);
    return step == null ? null : settle(from.withCompleted(partition, number, step.state()));
  }

  /** Places an unknown operation if that makes a difference, else null. */
  private Configuration<S, I, O> use(Configuration<S, I, O> from, int number) {
    int twin = partition.twin(number);
    if (from.isUsed(number) || (twin >= 0 && !from.isUsed(twin))) {
      return null;
    }
    S next = model.step(from.state(), partition.unknown(number).input()).state();
    return Objects.equals(next, from.state())
        ? null
        : settle(from.withUnknown(partition, number, next));
  }

  /** Places everything that only reads and fits. */
  private Configuration<S, I, O> settle(Configuration<S, I, O> unsettled) {
    Configuration<S, I, O> settled = unsettled;
    Configuration<S, I, O> before;
    do {
      before = settled;
      settled = settleOnce(before);
    } while (settled.first() != before.first());
    return settled;
  }

  private Configuration<S, I, O> settleOnce(Configuration<S, I, O> unsettled) {
    if (isComplete(unsettled)) {
      return unsettled;
    }
    Configuration<S, I, O> settled = unsettled;
    for (int number : partition.candidates(unsettled.first())) {
      if (number >= settled.first()
          && !settled.isPlaced(partition, number)
          && model.isReadOnly(partition.completed(number).input())) {
        Model.Step<S, O> step = stepOf(settled, number);
        if (step != null) {
          settled = settled.withCompleted(partition, number, step.state());
        }
      }
    }
    return settled;
  }

  private Model.Step<S, O> stepOf(Configuration<S, I, O> from, int number) {
    Operation<I, O> operation = partition.completed(number).operation();
    Model.Step<S, O> step = model.step(from.state(), operation.input());
    if (model.isReadOnly(operation.input()) && !Objects.equals(step.state(), from.state())) {
      throw new IllegalStateException("said to be read-only: " + operation.input());
    }
    return model.accepts(operation.input(), step.output(), operation.output()) ? step : null;
  }

  /** Whether nothing is known yet of what is possible from here. Remembers it. */
  private boolean isNew(Configuration<S, I, O> configuration) {
    Set<BitSet> sets = seen.computeIfAbsent(configuration.place(), p -> new LinkedHashSet<>(2));
    if (sets.contains(configuration.used()) || hasPart(sets, configuration.used())) {
      return false;
    }
    sets.add(configuration.used());
    explored++;
    if (configuration.placed() > longest.placed()) {
      longest = configuration;
    }
    return true;
  }

  private static boolean hasPart(Set<BitSet> sets, BitSet used) {
    int compared = 0;
    for (BitSet fewer : sets) {
      if (isPart(fewer, used)) {
        return true;
      }
      if (++compared == COMPARED) {
        return false;
      }
    }
    return false;
  }

  private static boolean isPart(BitSet fewer, BitSet more) {
    for (int i = fewer.nextSetBit(0); i >= 0; i = fewer.nextSetBit(i + 1)) {
      if (!more.get(i)) {
        return false;
      }
    }
    return true;
  }
}
