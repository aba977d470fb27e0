/** Transport over TCP and TLS, on Netty. */
module io.balsa.raft.transport.netty {
  requires transitive io.balsa.raft.core;
  requires com.google.protobuf;
  requires io.netty.buffer;
  requires io.netty.codec;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires org.slf4j;

  exports io.balsa.raft.transport.netty;
}
