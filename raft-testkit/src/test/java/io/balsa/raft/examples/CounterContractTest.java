package io.balsa.raft.examples;

import io.balsa.raft.testkit.StateMachineContract;
import java.math.BigInteger;
import java.util.random.RandomGenerator;

class CounterContractTest extends StateMachineContract<Counter> {
  @Override
  protected Counter stateMachine() {
    return new Counter();
  }

  @Override
  protected byte[] command(RandomGenerator random) {
    byte[] digits = new byte[random.nextInt(1, 40)];
    random.nextBytes(digits);
    return new BigInteger(digits).toByteArray();
  }
}
