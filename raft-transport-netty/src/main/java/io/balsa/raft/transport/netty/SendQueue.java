package io.balsa.raft.transport.netty;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What waits to be sent on one lane to one peer. Any thread offers, one takes.
 *
 * <ul>
 *   <li>The weight of what is in it never exceeds its limit, and of all queues of a transport never
 *       the common limit.
 *   <li>A frame weighs its size on the wire and {@link #OVERHEAD} for the objects around it.
 * </ul>
 */
final class SendQueue {
  static final int OVERHEAD = 64;

  private final Queue<OutgoingFrame> frames = new ConcurrentLinkedQueue<>();
  private final AtomicLong weight = new AtomicLong();
  private final AtomicLong weightOfAll;
  private final long limit;
  private final long limitOfAll;

  SendQueue(long limit, AtomicLong weightOfAll, long limitOfAll) {
    this.limit = limit;
    this.weightOfAll = weightOfAll;
    this.limitOfAll = limitOfAll;
  }

  /** Adds a frame, or returns false if there is no room for it. */
  boolean offer(OutgoingFrame frame) {
    long more = weightOf(frame);
    if (!reserve(weight, more, limit)) {
      return false;
    }
    if (!reserve(weightOfAll, more, limitOfAll)) {
      weight.addAndGet(-more);
      return false;
    }
    frames.add(frame);
    return true;
  }

  private static boolean reserve(AtomicLong weight, long more, long limit) {
    if (weight.addAndGet(more) > limit) {
      weight.addAndGet(-more);
      return false;
    }
    return true;
  }

  /** Takes the oldest frame; null if there is none. */
  OutgoingFrame poll() {
    OutgoingFrame frame = frames.poll();
    if (frame != null) {
      long less = weightOf(frame);
      weight.addAndGet(-less);
      weightOfAll.addAndGet(-less);
    }
    return frame;
  }

  void clear() {
    OutgoingFrame dropped = poll();
    while (dropped != null) {
      dropped = poll();
    }
  }

  private static long weightOf(OutgoingFrame frame) {
    return frame.wireSize() + OVERHEAD;
  }
}
