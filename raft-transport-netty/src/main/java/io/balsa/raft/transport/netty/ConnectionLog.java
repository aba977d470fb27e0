package io.balsa.raft.transport.netty;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * Says how it stands with the connection to a peer. Used on the thread of the loop only.
 *
 * <ul>
 *   <li>A trouble is told when it is new, not again with each attempt that ends in it.
 *   <li>It is a warning when it has lasted: that nodes start one after the other, or again, is
 *       nothing to worry about.
 * </ul>
 */
final class ConnectionLog {
  static final Duration LASTING = Duration.ofSeconds(10);

  private final Logger log;
  private final LongSupplier nanoTime;
  private final String self;
  private final String peer;
  private String trouble = "";
  private String warning = "";
  private long warnedAt;
  private boolean connected;
  private boolean warned;
  private long since;

  /** Nothing is connected yet. */
  ConnectionLog(Logger log, LongSupplier nanoTime, String self, String peer) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.self = self;
    this.peer = peer;
    this.since = nanoTime.getAsLong();
  }

  void connected() {
    connected = true;
    warned = false;
    trouble = "";
    warning = "";
    log.info("{}: connected to {}", self, peer);
  }

  /** Something that does not pass by itself; said again only if it was over meanwhile. */
  void warnOnce(String what) {
    long now = nanoTime.getAsLong();
    boolean mayChange = warning.isEmpty() || now - warnedAt >= LASTING.toNanos();
    if (mayChange && !what.equals(warning)) {
      warnedAt = now;
      warning = what;
      log.warn("{}: {}", self, what);
    }
  }

  /** The connection, or an attempt to get one, has ended. */
  void failed(String why) {
    if (connected) {
      connected = false;
      since = nanoTime.getAsLong();
    }
    boolean isNew = !why.equals(trouble);
    trouble = why;
    boolean lasts = nanoTime.getAsLong() - since >= LASTING.toNanos();
    if (lasts && (isNew || !warned)) {
      warned = true;
      log.warn(
          "{}: no connection to {} for more than {} s: {}. Check that it runs, at that address and"
              + " with the same members",
          self,
          peer,
          LASTING.toSeconds(),
          why);
    } else if (isNew) {
      log.info("{}: no connection to {}: {}; trying again", self, peer, why);
    }
  }
}
