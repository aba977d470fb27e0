package io.balsa.raft.transport.netty;

import io.netty.channel.ChannelHandlerContext;

/** Serves programs that use the cluster without being members of it. */
interface ClientDoor {
  /**
   * Takes over a connection whose greeting has just come, on the thread of the loop. Answers with a
   * {@link Welcome}; then replaces the handler of the context by its own, or closes the channel.
   *
   * @param ctx the handler that has read the greeting
   * @param hello the greeting
   * @param who who has proven its name; never a node
   */
  void enter(ChannelHandlerContext ctx, Hello hello, Principal who);
}
