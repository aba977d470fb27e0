package io.balsa.raft.testkit;

import io.balsa.raft.Transport;

class MemoryNetworkContractTest extends TransportContract<Transport> {
  private final MemoryNetwork network = new MemoryNetwork();

  @Override
  protected Transport open() {
    return network.transport();
  }

  @Override
  protected Transport openAt(String address) {
    return network.transport();
  }

  @Override
  protected String address(Transport transport) {
    return "memory:1";
  }

  @Override
  protected boolean hasThreads() {
    return false;
  }
}
