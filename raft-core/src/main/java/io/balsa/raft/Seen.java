package io.balsa.raft;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Up to which index this node has shown anything to anybody. Told before what shows it is given
 * away, so who has seen something finds it here.
 */
final class Seen {
  private final AtomicLong index = new AtomicLong();

  void upTo(long shown) {
    index.accumulateAndGet(shown, Math::max);
  }

  long index() {
    return index.get();
  }
}
