package io.balsa.raft.testkit.history;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks that a history could have come from a single copy of the data that does one operation at a
 * time, each at some moment between its question and its answer.
 *
 * <p>The work is bounded in steps and not in time: the same history has the same verdict anywhere.
 */
public final class Linearizability {
  /** How many configurations are looked at in a partition before it is given up. */
  public static final long DEFAULT_BOUND = 200_000;

  private Linearizability() {}

  /**
   * Checks a history with the {@link #DEFAULT_BOUND}.
   *
   * @param <S> the state of the model
   * @param <I> what a client asks
   * @param <O> what it is told
   * @param model what should have happened
   * @param history what clients saw
   * @return the verdict
   */
  public static <S, I, O> Verdict<I, O> check(Model<S, I, O> model, History<I, O> history) {
    return check(model, history, DEFAULT_BOUND);
  }

  /**
   * Checks a history.
   *
   * @param <S> the state of the model
   * @param <I> what a client asks
   * @param <O> what it is told
   * @param model what should have happened
   * @param history what clients saw
   * @param bound how many configurations to look at in a partition before giving it up
   * @return the first violation, by the first operation of its partition; if there is none, the
   *     first partition that was given up; else that all is well
   */
  public static <S, I, O> Verdict<I, O> check(
      Model<S, I, O> model, History<I, O> history, long bound) {
    long explored = 0;
    Verdict<I, O> undecided = null;
    for (Partition<I, O> partition : partitions(model, history)) {
      Verdict<I, O> verdict = new Search<>(model, partition, bound).verdict();
      explored += verdict.explored();
      if (verdict instanceof Verdict.Violation) {
        return verdict;
      }
      if (undecided == null && verdict instanceof Verdict.Undecided) {
        undecided = verdict;
      }
    }
    return undecided != null ? undecided : new Verdict.Linearizable<>(explored);
  }

  private static <S, I, O> List<Partition<I, O>> partitions(
      Model<S, I, O> model, History<I, O> history) {
    Map<Object, List<Call<I, O>>> callsByKey = new LinkedHashMap<>();
    for (Call<I, O> call : history.calls()) {
      if (!call.is(Outcome.FAILED)) {
        callsByKey.computeIfAbsent(model.key(call.input()), key -> new ArrayList<>()).add(call);
      }
    }
    List<Partition<I, O>> partitions = new ArrayList<>();
    callsByKey.forEach((key, calls) -> partitions.add(new Partition<>(key, calls)));
    return partitions;
  }
}
