package io.balsa.raft.transport.netty;

import java.io.IOException;

/** Bad input on a port without TLS. */
class BadInputTest extends BadInput {
  @Override
  Node node(String id) throws IOException {
    return Node.named(id);
  }

  @Override
  Dialogue with(Node node, String as) throws IOException {
    return Dialogue.with(node);
  }

  @Override
  Limits limits() {
    return Node.QUICK;
  }
}
