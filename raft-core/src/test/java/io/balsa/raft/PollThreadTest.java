package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PollThreadTest {
  @Test
  void stoppingMakesOneMoreCallAndWaitsForIt() {
    AtomicInteger calls = new AtomicInteger();
    PollThread runner = new PollThread("balsa-test-poll", 0);
    runner.start(calls::incrementAndGet);
    for (int i = 0; i < 100; i++) {
      int before = calls.get();
      runner.wake();
      while (calls.get() == before) {
        Thread.onSpinWait();
      }
    }
    int before = calls.get();
    runner.stop();
    assertThat(calls.get()).isGreaterThan(before);
  }

  @Test
  void stoppingWhatWasNotStartedDoesNothing() {
    PollThread runner = new PollThread("balsa-test-poll", 0);
    runner.wake();
    runner.stop();
  }
}
