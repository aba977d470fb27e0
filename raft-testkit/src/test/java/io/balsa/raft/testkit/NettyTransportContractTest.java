package io.balsa.raft.testkit;

import io.balsa.raft.transport.netty.NettyTransport;
import java.io.IOException;

class NettyTransportContractTest extends TransportContract<NettyTransport> {
  @Override
  protected NettyTransport open() throws IOException {
    return NettyTransport.insecure("127.0.0.1:0");
  }

  @Override
  protected NettyTransport openAt(String address) throws IOException {
    return NettyTransport.insecure(address);
  }

  @Override
  protected String address(NettyTransport transport) {
    return transport.address();
  }
}
