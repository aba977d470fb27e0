package io.balsa.raft.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories of a thousand operations on one key, with the work they take: the same every time. */
class LongHistoriesTest {
  private static final int OPERATIONS = 1000;

  private enum Mix {
    REGISTER(r -> r.nextBoolean() ? Cell.read() : Cell.write(r.nextInt(1000))),
    FEW_VALUES(r -> r.nextBoolean() ? Cell.read() : Cell.write(r.nextInt(5))),
    MOSTLY_WRITES(r -> r.nextInt(10) == 0 ? Cell.read() : Cell.write(r.nextInt(1000))),
    COUNTER(r -> r.nextInt(4) == 0 ? Cell.read() : Cell.add(1)),
    SUMS(r -> r.nextInt(4) == 0 ? Cell.read() : Cell.add(r.nextInt(1, 1000)));

    private final Function<Random, Cell.Input> inputs;

    Mix(Function<Random, Cell.Input> inputs) {
      this.inputs = inputs;
    }

    History<Cell.Input, Integer> history(int seed, int clients, int unknown) {
      return new Clients(new Random(seed), clients, OPERATIONS, unknown, inputs).run();
    }
  }

  private static long explored(History<Cell.Input, Integer> history) {
    Verdict<Cell.Input, Integer> verdict = Linearizability.check(new Cell(), history);
    assertThat(verdict).matches(Verdict::isLinearizable);
    return verdict.explored();
  }

  @ParameterizedTest
  @EnumSource
  void withoutUnknownOperationsTheWorkIsAFewStepsForEach(Mix mix) {
    for (int seed = 0; seed < 3; seed++) {
      assertThat(explored(mix.history(seed, 8, 0))).isLessThan(8 * OPERATIONS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eightClientsAndThirtyUnknownAreFarWithinTheBound(Mix mix) {
    for (int seed = 0; seed < 3; seed++) {
      assertThat(explored(mix.history(seed, 8, 30))).isLessThan(Linearizability.DEFAULT_BOUND / 4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tenClientsAndFiftyUnknownAreWithinTheBound(Mix mix) {
    for (int seed = 0; seed < 2; seed++) {
      assertThat(explored(mix.history(seed, 10, 50))).isLessThan(Linearizability.DEFAULT_BOUND / 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneClientTakesOneStepForEach(Mix mix) {
    assertThat(explored(mix.history(1, 1, 0))).isLessThanOrEqualTo(OPERATIONS + 1);
  }

  /** An output that nobody could be told, in the midst of the history. */
  @ParameterizedTest
  @EnumSource(names = "MOSTLY_WRITES", mode = EnumSource.Mode.EXCLUDE)
  void aWrongOutputIsFoundAmongAThousand(Mix mix) {
    History<Cell.Input, Integer> history = mix.history(1, 8, 30);
    List<Operation<Cell.Input, Integer>> operations = history.operations();
    int changed = 300;
    while (operations.get(changed).output() == null) {
      changed++;
    }
    Verdict<Cell.Input, Integer> verdict =
        Linearizability.check(new Cell(), Clients.withOutput(history, changed, -1));
    assertThat(verdict).isInstanceOf(Verdict.Violation.class);
    assertThat(((Verdict.Violation<Cell.Input, Integer>) verdict).unplaced())
        .extracting(Operation::output)
        .contains(-1);
  }

  @ParameterizedTest
  @EnumSource
  void theSameHistoryTakesTheSameWork(Mix mix) {
    assertThat(explored(mix.history(7, 8, 20))).isEqualTo(explored(mix.history(7, 8, 20)));
  }

  /** Plays the order that was found: it must be one, whatever the search believes. */
  @ParameterizedTest
  @EnumSource
  void theOrderFoundIsInRealTimeAndFitsTheModel(Mix mix) {
    History<Cell.Input, Integer> history = mix.history(3, 8, 30);
    Search<Integer, Cell.Input, Integer> search =
        new Search<>(
            new Cell(), new Partition<>(null, history.calls()), Linearizability.DEFAULT_BOUND);
    assertThat(search.verdict()).matches(Verdict::isLinearizable);
    int state = 0;
    long latestInvoked = -1;
    Set<Call<Cell.Input, Integer>> seen = new HashSet<>();
    for (Call<Cell.Input, Integer> call : search.order()) {
      assertThat(seen.add(call)).isTrue();
      Model.Step<Integer, Integer> step = new Cell().step(state, call.input());
      state = step.state();
      if (call.is(Outcome.COMPLETED)) {
        assertThat(call.operation().output()).isEqualTo(step.output());
        assertThat(call.returned()).isGreaterThan(latestInvoked);
      }
      latestInvoked = Math.max(latestInvoked, call.invoked());
    }
    assertThat(seen)
        .containsAll(history.calls().stream().filter(c -> c.is(Outcome.COMPLETED)).toList());
  }
}
