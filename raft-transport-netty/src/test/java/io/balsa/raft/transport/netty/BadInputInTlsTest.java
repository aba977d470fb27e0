package io.balsa.raft.transport.netty;

import java.io.IOException;

/**
 * Bad input of somebody who has a certificate for the name it says it has: the limits and the
 * checks after the handshake of TLS are those of a port without it.
 */
class BadInputInTlsTest extends BadInput {
  @Override
  Node node(String id) throws IOException {
    return SecureNodes.named(id);
  }

  @Override
  Dialogue with(Node node, String as) throws IOException {
    return SecureNodes.dialogue(node, KeyDirectory.node(as));
  }

  @Override
  Limits limits() {
    return SecureNodes.LIMITS;
  }
}
