package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.history.Linearizability;
import io.balsa.raft.testkit.history.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes with a key-value store, clients that use it over HTTP, and one misfortune after
 * the other: what all clients were told is linearizable. Runs through all misfortunes once, and on
 * with any of them for as many seconds as {@code balsa.kv.seconds} says.
 */
@DisabledOnOs(OS.WINDOWS)
class KeyValueFaultsIT {
  private static final int SOME = 100;
  private static final Duration TIME = Duration.ofSeconds(Long.getLong("balsa.kv.seconds", 0));

  private final long seed = Long.getLong("balsa.kv.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  @TempDir private Path directory;
  private Cluster cluster;

  @BeforeEach
  void start() throws Exception {
    List<Integer> ports = FreePorts.find(2 * Cluster.PORTS);
    cluster =
        new Cluster(
            KeyValueNode.class,
            directory,
            ports.subList(0, Cluster.PORTS),
            ports.subList(Cluster.PORTS, 2 * Cluster.PORTS),
            "--election-timeout",
            "500");
    cluster.start();
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  @Test
  void whatClientsAreToldIsLinearizableWhateverHappensToTheProcesses() throws Exception {
    long begin = System.nanoTime();
    List<Misfortune> misfortunes = Misfortune.all();
    for (int round = 0;
        round < misfortunes.size() || System.nanoTime() - begin < TIME.toNanos();
        round++) {
      boolean first = round < misfortunes.size();
      play(round, misfortunes.get(first ? round : random.nextInt(misfortunes.size())));
    }
  }

  private void play(int round, Misfortune misfortune) throws Exception {
    KeyValueClients clients =
        KeyValueClients.start(cluster, "round" + round + "/", random.nextLong());
    try (clients) {
      clients.awaitMore(SOME);
      misfortune.strike(cluster, random);
      clients.awaitMore(SOME);
    }
    Verdict<KeyValueModel.Request, String> verdict =
        Linearizability.check(new KeyValueModel(), clients.history());
    assertThat(verdict.isLinearizable())
        .as("round %d, seed %d, %s: %s", round, seed, misfortune.name(), verdict)
        .isTrue();
  }
}
