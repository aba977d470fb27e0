package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import io.netty.channel.Channel;

/** Everybody is believed. */
final class NoSecurity implements Security {
  private static final Principal SOMEBODY = new Principal.Anonymous();

  @Override
  public boolean isTls() {
    return false;
  }

  @Override
  public void start(Reactor reactor) {}

  @Override
  public void protect(Channel channel, boolean calling) {}

  @Override
  public Principal whoIs(Channel channel) {
    return SOMEBODY;
  }

  @Override
  public String objection(Principal who, NodeId claimed) {
    return null;
  }

  @Override
  public String objectionToClient(Principal who) {
    return null;
  }

  /** Not even here does anybody do more than nodes and clients need. */
  @Override
  public boolean permits(Principal who, Authorizer.Action action, String group) {
    return switch (action) {
      case PEER, CLIENT_READ, CLIENT_WRITE -> true;
      case SNAPSHOT, MEMBERSHIP, TRANSFER, ADMIN -> false;
    };
  }

  @Override
  public void checkOwn(NodeId id) {}

  @Override
  public boolean reload() {
    return false;
  }

  @Override
  public void close() {}
}
