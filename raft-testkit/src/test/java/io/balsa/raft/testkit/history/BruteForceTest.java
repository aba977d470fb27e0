package io.balsa.raft.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The checker against a twin that tries all orders, on small histories. */
class BruteForceTest {
  private static final int SEEDS = Integer.getInteger("balsa.seeds", 4_000);

  /** Tries every order of the operations, with and without each unknown one. */
  private static boolean hasOrder(
      List<Call<Cell.Input, Integer>> calls, boolean[] placed, int state) {
    boolean complete = true;
    for (int i = 0; i < calls.size(); i++) {
      Call<Cell.Input, Integer> call = calls.get(i);
      if (placed[i] || call.is(Outcome.FAILED)) {
        continue;
      }
      complete &= !call.is(Outcome.COMPLETED);
      if (!isBlocked(calls, placed, call) && fits(call, state)) {
        placed[i] = true;
        int next = new Cell().step(state, call.input()).state();
        boolean found = hasOrder(calls, placed, next);
        placed[i] = false;
        if (found) {
          return true;
        }
      }
    }
    return complete;
  }

  private static boolean isBlocked(
      List<Call<Cell.Input, Integer>> calls, boolean[] placed, Call<Cell.Input, Integer> call) {
    for (int i = 0; i < calls.size(); i++) {
      Call<Cell.Input, Integer> other = calls.get(i);
      if (!placed[i] && other.is(Outcome.COMPLETED) && other.returned() < call.invoked()) {
        return true;
      }
    }
    return false;
  }

  private static boolean fits(Call<Cell.Input, Integer> call, int state) {
    Integer specified = new Cell().step(state, call.input()).output();
    return !call.is(Outcome.COMPLETED) || Objects.equals(specified, call.operation().output());
  }

  private static final List<Function<Random, Cell.Input>> MIXES =
      List.of(
          random -> random.nextBoolean() ? Cell.read() : Cell.write(random.nextInt(1, 4)),
          random -> random.nextInt(4) == 0 ? Cell.read() : Cell.add(random.nextInt(1, 3)),
          random -> random.nextInt(4) == 0 ? Cell.read() : Cell.write(random.nextInt(1, 3)),
          random ->
              switch (random.nextInt(4)) {
                case 0 -> Cell.read();
                case 1 -> Cell.write(random.nextInt(3));
                case 2 -> Cell.add(random.nextInt(-1, 2));
                default -> Cell.swap(random.nextInt(3), random.nextInt(3));
              });

  private int good;
  private int bad;
  private int goodWithUnknown;
  private int badWithUnknown;

  @Test
  void bothSayTheSame() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      int operations = random.nextInt(1, 8);
      int unknown = random.nextInt(0, 1 + Math.min(4, operations));
      Function<Random, Cell.Input> mix = MIXES.get(seed % MIXES.size());
      History<Cell.Input, Integer> history =
          new Clients(random, random.nextInt(1, 5), operations, unknown, mix).run();
      assertThat(compare(seed, history)).as("seed %d", seed).isTrue();
      for (int id = 0; id < operations; id++) {
        Operation<Cell.Input, Integer> operation = history.operations().get(id);
        if (operation.outcome() == Outcome.COMPLETED && operation.output() != null) {
          int other = operation.output() + (random.nextBoolean() ? 1 : -1);
          compare(seed, Clients.withOutput(history, id, other));
        }
      }
    }
    assertThat(good).isGreaterThan(SEEDS);
    assertThat(bad).isGreaterThan(SEEDS / 2);
    assertThat(goodWithUnknown).isGreaterThan(SEEDS / 2);
    assertThat(badWithUnknown).isGreaterThan(SEEDS / 4);
  }

  private boolean compare(int seed, History<Cell.Input, Integer> history) {
    List<Call<Cell.Input, Integer>> calls = history.calls();
    boolean expected = hasOrder(calls, new boolean[calls.size()], 0);
    Verdict<Cell.Input, Integer> verdict = Linearizability.check(new Cell(), history);
    assertThat(verdict)
        .as("seed %d: %s", seed, history.operations())
        .isInstanceOf(expected ? Verdict.Linearizable.class : Verdict.Violation.class);
    boolean isUnknown = calls.stream().anyMatch(call -> call.is(Outcome.UNKNOWN));
    if (expected) {
      good++;
      goodWithUnknown += isUnknown ? 1 : 0;
    } else {
      bad++;
      badWithUnknown += isUnknown ? 1 : 0;
    }
    return expected;
  }
}
