package io.balsa.raft.examples;

import io.balsa.raft.testkit.StateMachineContract;
import java.util.random.RandomGenerator;

class PublishedCounterContractTest extends StateMachineContract<PublishedCounter> {
  @Override
  protected PublishedCounter stateMachine() {
    return new PublishedCounter();
  }

  @Override
  protected byte[] command(RandomGenerator random) {
    return PublishedCounter.bytes(random.nextLong());
  }

  @Override
  protected Object state(PublishedCounter counter) {
    return counter.latest();
  }
}
