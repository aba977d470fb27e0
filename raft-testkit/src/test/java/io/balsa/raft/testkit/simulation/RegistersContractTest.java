package io.balsa.raft.testkit.simulation;

import io.balsa.raft.testkit.StateMachineContract;
import java.util.random.RandomGenerator;

class RegistersContractTest extends StateMachineContract<Registers.Machine> {
  private final Registers registers = new Registers();

  @Override
  protected Registers.Machine stateMachine() {
    return registers.stateMachine();
  }

  @Override
  protected byte[] command(RandomGenerator random) {
    return registers.next(random).command();
  }

  @Override
  protected Object state(Registers.Machine machine) {
    return registers.state(machine);
  }
}
