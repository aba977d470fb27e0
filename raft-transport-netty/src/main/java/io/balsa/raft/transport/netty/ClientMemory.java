package io.balsa.raft.transport.netty;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The memory that all clients of a transport hold with requests that are not there as a whole and
 * with answers that they have not taken. Used on the thread of the loop only.
 *
 * <ul>
 *   <li>{@code held} is the sum of all {@code shares}, and not above the limit.
 *   <li>When it would be, the client is cut off that holds most: who holds little does not suffer
 *       from those who hold much, and nodes have no part in this.
 * </ul>
 */
final class ClientMemory {
  private final long limit;
  private final Set<Share> shares = new LinkedHashSet<>();
  private long held;

  ClientMemory(long limit) {
    this.limit = limit;
  }

  /** The share of another client, which can be cut off, with a reason. */
  Share share(Consumer<String> cutOff) {
    Share share = new Share(cutOff);
    shares.add(share);
    return share;
  }

  private void cutOffUntilItFits() {
    while (held > limit) {
      Share largest = shares.stream().max(Comparator.comparingLong(s -> s.bytes)).orElseThrow();
      largest.end();
      largest.cutOff.accept(
          "all clients together hold more than "
              + limit
              + " bytes in unfinished requests and in answers they do not take, and this one most, "
              + largest.bytes
              + ". That is a quarter of the memory: fewer requests at a time, or more memory"
              + " (-Xmx, -XX:MaxDirectMemorySize), help");
    }
  }

  /** What one client holds. */
  final class Share {
    private final Consumer<String> cutOff;
    private long bytes;

    private Share(Consumer<String> cutOff) {
      this.cutOff = cutOff;
    }

    /** It holds so many bytes more, or less; nobody counts any more what it has when it is over. */
    void add(long more) {
      if (shares.contains(this)) {
        bytes += more;
        held += more;
        cutOffUntilItFits();
      }
    }

    void end() {
      if (shares.remove(this)) {
        held -= bytes;
      }
    }
  }
}
