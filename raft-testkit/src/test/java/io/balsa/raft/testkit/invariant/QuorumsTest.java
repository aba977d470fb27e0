package io.balsa.raft.testkit.invariant;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Two ways to count quorums, which must agree as long as neither is wrong. */
class QuorumsTest {
  private static final int NODES = 6;

  /** Any configuration: simple, prepared or joint, with members that are others by now. */
  private static Configuration any(SplittableRandom random) {
    List<String> lines = new ArrayList<>();
    int kind = random.nextInt(3);
    for (int i = 0; i < NODES; i++) {
      String incarnation = " 00000000-0000-0000-0000-00000000000";
      String member = " n" + i + "=n" + i + ":1" + incarnation;
      if (i == 0 || random.nextInt(3) > 0) {
        lines.add("voter" + member + 1);
      } else {
        lines.add("learner" + member + 1);
      }
      if (kind == 1 && (i == 0 || random.nextBoolean())) {
        lines.add("outgoing" + member + (1 + random.nextInt(2)));
      }
      if (kind == 2 && (i == 0 || random.nextBoolean())) {
        lines.add("next-voter" + member + (1 + random.nextInt(2)));
      }
    }
    return Script.configuration(lines.toArray(String[]::new));
  }

  @Test
  void theInvariantsAndTheLibraryCountTheSame() {
    SplittableRandom random = new SplittableRandom(1);
    int quorums = 0;
    for (int i = 0; i < 20_000; i++) {
      Configuration configuration = any(random);
      int holders = random.nextInt(1 << NODES);
      boolean isQuorum =
          Quorums.isQuorum(configuration, id -> (holders >> id.value().charAt(1) - '0' & 1) == 1);
      assertThat(configuration.hasQuorum(id -> (holders >> id.value().charAt(1) - '0' & 1) == 1))
          .as("%s held by %s", configuration, Integer.toBinaryString(holders))
          .isEqualTo(isQuorum);
      quorums += isQuorum ? 1 : 0;
    }
    assertThat(quorums).isBetween(2_000, 18_000);
  }
}
