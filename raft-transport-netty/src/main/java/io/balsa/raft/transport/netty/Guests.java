package io.balsa.raft.transport.netty;

import io.balsa.raft.core.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * Nodes that have called a group without being among its peers, and the way to answer each.
 *
 * <ul>
 *   <li>At most {@link #MAX}; for one more, the one that was idle for longest goes.
 *   <li>Any thread looks for one; they come and go on the thread of the loop only.
 * </ul>
 */
final class Guests {
  static final int MAX = 16;

  private static final class Guest {
    final Peer way;
    volatile long lastUse = System.nanoTime();

    Guest(Peer way) {
      this.way = way;
    }
  }

  private volatile Map<NodeId, Guest> guests = Map.of();

  boolean has(NodeId id) {
    return guests.containsKey(id);
  }

  /** The way to a guest, or null; whoever gets or sends something is not idle. */
  Peer use(NodeId id) {
    Guest guest = guests.get(id);
    if (guest == null) {
      return null;
    }
    guest.lastUse = System.nanoTime();
    return guest.way;
  }

  /** Which one has to go before another can come; null if there is room. */
  NodeId mostIdle() {
    NodeId idle = null;
    if (guests.size() >= MAX) {
      long now = System.nanoTime();
      long longest = -1;
      for (Map.Entry<NodeId, Guest> guest : guests.entrySet()) {
        long time = now - guest.getValue().lastUse;
        if (time > longest) {
          longest = time;
          idle = guest.getKey();
        }
      }
    }
    return idle;
  }

  void add(Peer way) {
    Map<NodeId, Guest> more = new HashMap<>(guests);
    more.put(way.id(), new Guest(way));
    guests = more;
  }

  /** Removes a guest; its way is what others then close, or go on using. Null if it was none. */
  Peer remove(NodeId id) {
    Map<NodeId, Guest> fewer = new HashMap<>(guests);
    Guest gone = fewer.remove(id);
    guests = fewer;
    return gone == null ? null : gone.way;
  }

  void close() {
    guests.values().forEach(guest -> guest.way.close());
    guests = Map.of();
  }
}
