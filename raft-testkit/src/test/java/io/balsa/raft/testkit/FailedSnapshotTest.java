package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A state machine that can't be captured, as one on a full disk. */
class FailedSnapshotTest {
  private static final int DUE_BYTES = 10_000;
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PAUSE = ELECTION_TIMEOUT.multipliedBy(10);

  private final AtomicInteger captures = new AtomicInteger();

  private final class Uncapturable implements StateMachine {
    @Override
    public byte[] apply(long index, byte[] command) {
      return null;
    }

    @Override
    public SnapshotWriter snapshot() {
      captures.incrementAndGet();
      throw new IllegalStateException("no room");
    }

    @Override
    public void restore(InputStream image) {}
  }

  /** However long the log has become; each command would be an occasion. */
  @Test
  void st04_afterAFailureTheNextSnapshotIsTriedWhenThePauseIsOver() throws Exception {
    try (RaftNode node =
        RaftNode.builder("n1", new Uncapturable())
            .members("n1=n1:1")
            .storage(new MemoryStorage())
            .transport(new MemoryNetwork().transport())
            .electionTimeout(ELECTION_TIMEOUT)
            .environment(WithLimits.snapshotBytes(DUE_BYTES))
            .start()) {
      long start = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        node.propose(new byte[DUE_BYTES / 10]).get(60, TimeUnit.SECONDS);
      }
      long pauses = (System.nanoTime() - start) / PAUSE.toNanos();
      assertThat(captures.get()).isPositive().isLessThanOrEqualTo((int) pauses + 1);
    }
  }
}
