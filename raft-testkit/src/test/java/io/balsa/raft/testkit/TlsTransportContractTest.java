package io.balsa.raft.testkit;

import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.NettyTransport;
import io.balsa.raft.transport.netty.Tls;
import io.balsa.raft.transport.netty.certificates.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** With TLS everything is as without it. */
class TlsTransportContractTest extends TransportContract<NettyTransport> {
  private static final Authority AUTHORITY = new Authority("authority");

  @TempDir Path dir;

  private Tls tls(NodeId node) throws IOException {
    AUTHORITY.issue("raft://contract/node/" + node).writeTo(dir, node.value());
    Path authorities = dir.resolve("authorities.pem");
    Files.writeString(authorities, AUTHORITY.certificate());
    return Tls.builder()
        .clusterName("contract")
        .certificateChain(dir.resolve(node + ".pem"))
        .privateKey(dir.resolve(node + ".key"))
        .trustedAuthorities(authorities)
        .build();
  }

  @Override
  protected NettyTransport open(NodeId node) throws IOException {
    return NettyTransport.bind("127.0.0.1:0", tls(node));
  }

  @Override
  protected NettyTransport openAt(NodeId node, String address) throws IOException {
    return NettyTransport.bind(address, tls(node));
  }

  /** Of a node that never says who it is. */
  @Override
  protected NettyTransport open() throws IOException {
    return open(new NodeId("n1"));
  }

  @Override
  protected NettyTransport openAt(String address) throws IOException {
    return openAt(new NodeId("n1"), address);
  }

  @Override
  protected String address(NettyTransport transport) {
    return transport.address();
  }
}
