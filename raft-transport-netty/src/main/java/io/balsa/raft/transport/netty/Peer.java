package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node we send to: a member, or one that has called. Belongs to one {@link GroupLink}.
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
  private UUID pinned;

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

  // ---- which of the nodes that ever had this id

  /** Says which incarnation it must be; any will do for null. */
  void pin(UUID incarnation) {
    pinned = incarnation;
    if (incarnation != null) {
      consensus.closeUnless(incarnation);
      bulk.closeUnless(incarnation);
    }
  }

  boolean mayBe(UUID incarnation) {
    return pinned == null || pinned.equals(incarnation);
  }

  /** It has answered a call of ours. False if it is another incarnation than it must be. */
  boolean meets(Welcome welcome) {
    link.met(id, welcome.incarnation(), welcome.formed());
    boolean isRight = mayBe(welcome.incarnation());
    if (!isRight) {
      news.warnOnce(whyOther(welcome.incarnation()));
    }
    return isRight;
  }

  /** What is wrong with an incarnation that it may not be; said once in the log, too. */
  String refuse(UUID incarnation) {
    String why = whyOther(incarnation);
    news.warnOnce(why);
    return why;
  }

  private String whyOther(UUID incarnation) {
    return id
        + " has lost its directory or runs with another one: it is incarnation "
        + incarnation
        + ", the cluster knows "
        + pinned
        + ". Start it with the directory it had; if that is lost, remove "
        + id
        + " from the cluster and add it again";
  }

  // ---- sending

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

  // ---- connections

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
