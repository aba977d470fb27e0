package io.balsa.raft.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets connections in as far as there is room for them, and for strangers, those whose handshake is
 * not done.
 *
 * <ul>
 *   <li>{@code present} is the sum of {@code perAddress}, whose values are all positive.
 *   <li>{@code connections} is the sum of {@code connectionsPerAddress}, and counts strangers, too.
 *   <li>None exceeds its limit; who comes on top is closed at once, unanswered.
 * </ul>
 */
final class Doorman extends ChannelInitializer<Channel> {
  private final Groups groups;
  private final Reactor reactor;
  private final Complaints complaints;
  private final Map<InetAddress, Integer> perAddress = new HashMap<>();
  private final Map<InetAddress, Integer> connectionsPerAddress = new HashMap<>();
  private int present;
  private int connections;

  Doorman(Groups groups, Reactor reactor, Complaints complaints) {
    this.groups = groups;
    this.reactor = reactor;
    this.complaints = complaints;
  }

  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  protected void initChannel(Channel channel) {
    InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    Limits limits = reactor.limits();
    if (!hasRoom(address)) {
      complaints.say("too many connections: one from {} is closed", address);
      channel.close();
      return;
    }
    if (present >= limits.strangers()
        || perAddress.getOrDefault(address, 0) >= limits.strangersPerAddress()) {
      complaints.say("too many unfinished handshakes: one from {} is closed", address);
      channel.close();
      return;
    }
    enter(channel, address);
    present++;
    perAddress.merge(address, 1, Integer::sum);
    AnsweringHandshake handshake =
        new AnsweringHandshake(groups, reactor, complaints, () -> leave(address));
    reactor.security().protect(channel, false);
    Wire.prepare(channel.pipeline(), handshake);
  }

  private boolean hasRoom(InetAddress address) {
    Limits limits = reactor.limits();
    return connections < limits.connections()
        && connectionsPerAddress.getOrDefault(address, 0) < limits.connectionsPerAddress();
  }

  private void enter(Channel channel, InetAddress address) {
    connections++;
    connectionsPerAddress.merge(address, 1, Integer::sum);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              connections--;
              lower(connectionsPerAddress, address);
            });
  }

  private static void lower(Map<InetAddress, Integer> counts, InetAddress address) {
    counts.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
  }

  private void leave(InetAddress address) {
    present--;
    lower(perAddress, address);
  }
}
