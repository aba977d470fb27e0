package io.balsa.raft.examples;

// guide begins
import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.testkit.simulation.Simulation;
import io.balsa.raft.testkit.simulation.Workload;
import java.math.BigInteger;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class CounterSimulationTest {
  @Test
  void countsRightWhateverHappens() {
    Simulation.of(new Counting(), FileStorage::open).run(60);
  }

  /** Clients add one and are told the sum, or add nothing, which is a read. */
  static class Counting implements Workload<Counter, BigInteger, BigInteger, BigInteger> {
    @Override
    public Counter stateMachine() {
      return new Counter();
    }

    @Override
    public BigInteger next(RandomGenerator random) {
      return BigInteger.valueOf(random.nextInt(2));
    }

    @Override
    public CompletableFuture<BigInteger> execute(RaftNode node, Counter counter, BigInteger add) {
      return isReadOnly(add)
          ? node.read(() -> counter.value)
          : node.propose(add.toByteArray()).thenApply(BigInteger::new);
    }

    @Override
    public BigInteger initial() {
      return BigInteger.ZERO;
    }

    @Override
    public Step<BigInteger, BigInteger> step(BigInteger sum, BigInteger add) {
      return new Step<>(sum.add(add), sum.add(add)); // the state after, and what the client is told
    }

    @Override
    public boolean isReadOnly(BigInteger add) {
      return add.signum() == 0;
    }
  }
}
// guide ends
