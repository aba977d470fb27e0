package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member we send to. Belongs to one {@link GroupLink}.
 *
 * <ul>
 *   <li>Any thread sends; everything else happens on the thread of the loop.
 * </ul>
 */
final class Peer {
  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);
  private static final long TOO_LARGE_PERIOD = TimeUnit.SECONDS.toNanos(10);

  private final GroupLink link;
  private final NodeId id;
  private final HostPort address;
  private final Route consensus;
  private final Route bulk;
  private final int frameBytes;
  private final ConnectionLog news;

  Peer(GroupLink link, NodeId id, HostPort address, Reactor reactor) {
    this.link = link;
    this.id = id;
    this.address = address;
    this.consensus = new Route(this, Lane.CONSENSUS, reactor);
    this.bulk = new Route(this, Lane.BULK, reactor);
    this.frameBytes = reactor.limits().frameBytes();
    this.news =
        new ConnectionLog(LOG, System::nanoTime, link.self().value(), id + " at " + address);
  }

  GroupLink link() {
    return link;
  }

  NodeId id() {
    return id;
  }

  HostPort address() {
    return address;
  }

  boolean send(OutgoingFrame frame) {
    boolean fits = frame.wireSize() - OutgoingFrame.LENGTH_BYTES <= frameBytes;
    if (!fits || frame.itemCount() > FrameDecoder.MAX_ITEMS) {
      complainOfSize(frame);
      return false;
    }
    return (frame.lane() == Lane.BULK ? bulk : consensus).offer(frame);
  }

  private void complainOfSize(OutgoingFrame frame) {
    if (link.mayComplain(TOO_LARGE_PERIOD)) {
      LOG.error(
          "a packet for {} of {} bytes with {} items is dropped: the limits are {} and {}",
          id,
          frame.wireSize(),
          frame.itemCount(),
          frameBytes,
          FrameDecoder.MAX_ITEMS);
    }
  }

  void connect() {
    consensus.connect();
    bulk.connect();
  }

  /** The peer has just called us, so it can be called. */
  void hurry() {
    consensus.hurry();
    bulk.hurry();
  }

  void opened(Route route) {
    LOG.debug("{}: {} lane to {} at {} is open", link.self(), route.lane(), id, address);
    if (consensus.isOpen() && bulk.isOpen()) {
      news.connected();
    }
  }

  void ended(Route route, boolean wasOpen, String why) {
    LOG.debug("{}: {} lane to {} at {}: {}", link.self(), route.lane(), id, address, why);
    news.failed(why);
    if (wasOpen) {
      link.disconnected(id);
    }
  }

  void close() {
    consensus.close();
    bulk.close();
  }
}
