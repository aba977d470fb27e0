package io.balsa.raft.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/**
 * Lets clients in to the groups of a transport.
 *
 * <ul>
 *   <li>There are at most {@link #MOST} clients, so that nodes always find a connection free.
 *   <li>They share one {@link ClientMemory}, so that nodes always find memory free, too.
 *   <li>A client is let in if it may read or write; each request is looked at again.
 * </ul>
 */
final class ClientEntrance implements ClientDoor {
  static final int MOST = 1024;

  private final Groups groups;
  private final Reactor reactor;
  private final Complaints complaints;
  private final ClientMemory memory;
  private int present;

  ClientEntrance(Groups groups, Reactor reactor, Complaints complaints) {
    this.groups = groups;
    this.reactor = reactor;
    this.complaints = complaints;
    this.memory = new ClientMemory(reactor.limits().clientBytes());
  }

  @Override
  public void enter(ChannelHandlerContext ctx, Hello hello, Principal who) {
    GroupLink link = hello.groups().size() == 1 ? groups.named(hello.groups().get(0)) : null;
    Welcome refusal = refusal(hello, who, link);
    if (refusal != null) {
      if (!refusal.mayPass()) {
        Channel channel = ctx.channel();
        complaints.say("a client at {} is refused: {}", channel.remoteAddress(), refusal.reason());
      }
      Wire.greet(ctx, refusal.toBytes()).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    present++;
    ctx.channel().closeFuture().addListener(closed -> present--);
    int version = Math.min(hello.maxVersion(), Wire.MAX_VERSION);
    Wire.greet(ctx, link.welcome(version).toBytes());
    ClientConnection connection =
        new ClientConnection(ctx.channel(), link, who, reactor, complaints, memory);
    Wire.open(ctx, reactor.limits(), connection.gatherer(), connection);
    link.entered(connection);
  }

  /** Why a client is not let in; null if it is. */
  private Welcome refusal(Hello hello, Principal who, GroupLink link) {
    if (hello.minVersion() > Wire.MAX_VERSION || hello.maxVersion() < Wire.MIN_VERSION) {
      return Welcome.refused(
          Refusal.VERSION,
          "versions %d to %d are spoken here".formatted(Wire.MIN_VERSION, Wire.MAX_VERSION));
    } else if (link == null) {
      return Welcome.refused(
          Refusal.UNKNOWN_GROUP,
          "group " + Wire.printable(hello.groups().toString()) + " is not here");
    } else if (!link.isOfCluster(hello.clusterId())) {
      return Welcome.refused(Refusal.OTHER_CLUSTER, "another cluster lives here");
    } else if (!mayReadOrWrite(who, link.group())) {
      return Welcome.refused(
          Refusal.NOT_PERMITTED, who + " may neither read nor write in " + link.group());
    } else if (present >= MOST) {
      return Welcome.refused(Refusal.FULL, "there are " + MOST + " clients already");
    }
    return null;
  }

  private boolean mayReadOrWrite(Principal who, String group) {
    Security security = reactor.security();
    return security.permits(who, Authorizer.Action.CLIENT_READ, group)
        || security.permits(who, Authorizer.Action.CLIENT_WRITE, group);
  }
}
