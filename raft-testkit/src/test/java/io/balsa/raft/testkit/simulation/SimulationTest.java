package io.balsa.raft.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.WireTrip;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimulationTest {
  private final Simulation simulation =
      Simulation.of(new Registers(), FileStorage::open, WireTrip::of);

  @Test
  void clustersSurviveTheirWeather() throws InterruptedException {
    String seeds = System.getProperty("balsa.seeds", "600");
    assertThat(new Campaign(Campaign.Arguments.parse(new String[] {"--seeds", seeds})).run())
        .as("what has failed is above")
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 22, 333})
  void theSameSeedIsTheSameRun(long seed) {
    Outcome first = simulation.play(seed, null);
    Outcome again = simulation.play(seed, null);
    assertThat(again.traceHash()).isEqualTo(first.traceHash());
    assertThat(again.events()).isEqualTo(first.events());
    assertThat(again.counts().faults()).isEqualTo(first.counts().faults());
    assertThat(simulation.play(seed + 1, null).traceHash()).isNotEqualTo(first.traceHash());
  }
}
