package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code -Dbalsa.seeds=N} runs the first N seeds, {@code -Dbalsa.seed=S} only one. */
class StormTest {
  private static final int ACTIONS = 3000;

  static LongStream seeds() {
    Long one = Long.getLong("balsa.seed");
    return one == null ? LongStream.range(0, Long.getLong("balsa.seeds", 400)) : LongStream.of(one);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void staysSafeAndFindsTogether(long seed) {
    new Storm(seed).run(ACTIONS);
  }

  @Test
  void sameSeedSameRun() {
    for (long seed = 0; seed < 20; seed++) {
      assertThat(new Storm(seed).run(ACTIONS)).isEqualTo(new Storm(seed).run(ACTIONS));
      assertThat(new Storm(seed).run(ACTIONS)).isNotEqualTo(new Storm(seed + 1).run(ACTIONS));
    }
  }
}
