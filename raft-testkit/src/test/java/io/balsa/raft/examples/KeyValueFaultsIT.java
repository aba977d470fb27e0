package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.history.Linearizability;
import io.balsa.raft.testkit.history.Verdict;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes with a key-value store, clients that use it over HTTP and in sessions from
 * outside, with each kind of read, and one misfortune after the other: what all clients were told
 * is linearizable, and what need not be is as fresh as it was said to be. Runs through all
 * misfortunes once, and on with any of them until there were as many as {@code balsa.kv.cycles}
 * says.
 */
@DisabledOnOs(OS.WINDOWS)
class KeyValueFaultsIT {
  private static final int SOME = 100;
  private static final int CYCLES = Integer.getInteger("balsa.kv.cycles", 0);

  private final long seed = Long.getLong("balsa.kv.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  @TempDir private Path directory;
  private RelayedCluster relayed;

  @BeforeEach
  void start() throws Exception {
    relayed = RelayedCluster.start(KeyValueNode.class, directory, "--election-timeout", "500");
  }

  @AfterEach
  void end() {
    if (relayed != null) {
      relayed.close();
    }
  }

  @Test
  void whatClientsAreToldIsLinearizableWhateverHappensToTheProcesses() throws Exception {
    List<Misfortune> misfortunes = Misfortune.all();
    for (int round = 0; round < Math.max(CYCLES, misfortunes.size()); round++) {
      boolean first = round < misfortunes.size();
      play(round, misfortunes.get(first ? round : random.nextInt(misfortunes.size())));
    }
  }

  private void play(int round, Misfortune misfortune) throws Exception {
    KeyValueClients clients =
        KeyValueClients.start(relayed, "round" + round + "/", random.nextLong());
    try (clients) {
      clients.awaitMore(SOME);
      misfortune.strike(relayed, random);
      clients.awaitMore(SOME);
    }
    Verdict<KeyValueModel.Request, String> verdict =
        Linearizability.check(new KeyValueModel(), clients.history());
    assertThat(verdict.isLinearizable())
        .as("round %d, seed %d, %s: %s", round, seed, misfortune.name(), verdict)
        .isTrue();
    assertThat(clients.problems())
        .as("round %d, seed %d, %s", round, seed, misfortune.name())
        .isEmpty();
  }
}
