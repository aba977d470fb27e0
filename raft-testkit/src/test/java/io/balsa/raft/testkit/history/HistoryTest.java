package io.balsa.raft.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.testkit.history.Operation.Outcome;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private final History<String, Integer> history = new History<>();

  @Test
  void remembersWhatClientsSaw() {
    long a = history.invoke(1, "a", 10);
    long b = history.invoke(2, "b", 10);
    long c = history.invoke(3, "c", 11);
    history.invoke(4, "d", 12);
    history.unknown(b, 20);
    history.completed(a, 7, 21);
    history.notExecuted(c, 22);
    assertThat(history.operations())
        .containsExactly(
            new Operation<>(1, "a", 7, Outcome.COMPLETED, 10, 21),
            new Operation<>(2, "b", null, Outcome.UNKNOWN, 10, 20),
            new Operation<>(3, "c", null, Outcome.FAILED, 11, 22),
            new Operation<>(4, "d", null, Outcome.UNKNOWN, 12, Long.MAX_VALUE));
  }

  @Test
  void anOperationEndsOnce() {
    long id = history.invoke(1, "a", 0);
    history.unknown(id, 1);
    assertThatThrownBy(() -> history.completed(id, 1, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("input=a");
    assertThatThrownBy(() -> history.notExecuted(id + 1, 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> history.unknown(-1, 2)).isInstanceOf(IllegalArgumentException.class);
    assertThat(history.operations()).hasSize(1);
  }

  @Test
  void onlyWhatCompletedHasAnOutput() {
    assertThatThrownBy(() -> new Operation<>(1, "a", 1, Outcome.UNKNOWN, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theOrderOfRecordingDecidesAndNotTheTime() {
    Model<Integer, String, Integer> echo =
        new Model<>() {
          @Override
          public Integer initial() {
            return 0;
          }

          @Override
          public Step<Integer, Integer> step(Integer state, String input) {
            return new Step<>(state + 1, state + 1);
          }
        };
    long a = history.invoke(1, "a", 5);
    history.completed(a, 1, 5);
    long b = history.invoke(1, "b", 5);
    history.completed(b, 2, 5);
    assertThat(Linearizability.check(echo, history)).matches(Verdict::isLinearizable);
    long c = history.invoke(1, "c", 5);
    history.completed(c, 4, 5);
    long d = history.invoke(1, "d", 5);
    history.completed(d, 3, 5);
    assertThat(Linearizability.check(echo, history)).isInstanceOf(Verdict.Violation.class);
  }
}
