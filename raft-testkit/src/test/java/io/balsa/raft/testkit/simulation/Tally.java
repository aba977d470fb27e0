package io.balsa.raft.testkit.simulation;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What most people would write first: a number that clients increase and read. */
class Tally implements Workload<Tally.Machine, Long, Boolean, Long> {
  private static final byte[] INCREASE = {1};

  /** Adds one at a command. To be spoiled. */
  static class Machine implements StateMachine {
    long number;

    @Override
    public byte[] apply(long index, byte[] command) {
      number++;
      return answer(number);
    }

    @Override
    public SnapshotWriter snapshot() {
      byte[] image = answer(number);
      return out -> out.write(image);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      number = ByteBuffer.wrap(image.readAllBytes()).getLong();
    }

    long read() {
      return number;
    }

    static byte[] answer(long number) {
      return ByteBuffer.allocate(8).putLong(number).array();
    }
  }

  private final Supplier<Machine> machines;

  Tally(Supplier<Machine> machines) {
    this.machines = machines;
  }

  static CompletableFuture<Long> increase(RaftNode node) {
    return node.propose(INCREASE).thenApply(answer -> ByteBuffer.wrap(answer).getLong());
  }

  @Override
  public Machine stateMachine() {
    return machines.get();
  }

  /** Whether to increase. */
  @Override
  public Boolean next(RandomGenerator random) {
    return random.nextBoolean();
  }

  @Override
  public CompletableFuture<Long> execute(RaftNode node, Machine machine, Boolean increases) {
    return increases ? increase(node) : node.read(machine::read);
  }

  @Override
  public Object state(Machine machine) {
    return machine.number;
  }

  @Override
  public Long initial() {
    return 0L;
  }

  @Override
  public Step<Long, Long> step(Long state, Boolean increases) {
    long after = increases ? state + 1 : state;
    return new Step<>(after, after);
  }

  @Override
  public boolean isReadOnly(Boolean increases) {
    return !increases;
  }
}
