package io.balsa.raft;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Reads on the event loop: sends each to where it can be answered.
 *
 * <ul>
 *   <li>One that waits for an index goes to the applier once everything up to there was handed to
 *       it, so it depends on nobody else any more; until then it has a deadline.
 * </ul>
 */
final class Reads {
  private record Ahead(long index, ReadRequest<?> request) {}

  private final Applier applier;
  private final Waiting waiting;
  private final Answers answers;
  private final Freshness freshness;
  private final PriorityQueue<Ahead> ahead =
      new PriorityQueue<>(Comparator.comparingLong(Ahead::index));
  private List<ReadRequest<?>> arrived = new ArrayList<>();

  Reads(Applier applier, Waiting waiting, Answers answers, Freshness freshness) {
    this.applier = applier;
    this.waiting = waiting;
    this.answers = answers;
    this.freshness = freshness;
  }

  void add(ReadRequest<?> read) {
    arrived.add(read);
  }

  void addAll(List<ReadRequest<?>> reads) {
    arrived.addAll(reads);
  }

  /** Sends what has gathered. */
  void route(LiveGroup live, RaftException closed) {
    if (arrived.isEmpty()) {
      return;
    }
    List<ReadRequest<?>> batch = arrived;
    arrived = new ArrayList<>();
    List<ReadRequest<?>> strict = new ArrayList<>();
    List<ReadRequest<?>> byLease = new ArrayList<>();
    for (ReadRequest<?> read : batch) {
      if (closed != null) {
        answers.failed(read, closed);
      } else if (read.isStrict()) {
        strict.add(read);
      } else if (read instanceof ReadRequest.After<?> after) {
        readAt(after.index, after);
      } else if (read instanceof ReadRequest.Stale<?> stale) {
        readAt(stale.bound.leastIndex(freshness.commitIndex()), stale);
      } else {
        byLease.add(read);
      }
    }
    ask(live, strict, false);
    ask(live, byLease, true);
    handOver();
  }

  private void ask(LiveGroup live, List<ReadRequest<?>> reads, boolean byLease) {
    if (reads.isEmpty()) {
      return;
    }
    if (live == null || live.raft().leader() == null) {
      waiting.addReads(reads);
    } else {
      live.read(reads, byLease);
    }
  }

  void commitIndexIs(long index) {
    freshness.commitIndexIs(index);
  }

  /** The leader was asked at a moment, and what was committed then ends at an index. */
  void readable(long index, long askedAt, Lease lease, List<ReadRequest<?>> reads) {
    freshness.confirmed(index, askedAt);
    for (ReadRequest<?> read : reads) {
      if (read instanceof ReadRequest.ByLease<?> r) {
        r.vouchedForBy(lease);
      }
      readAt(index, read);
    }
  }

  private void readAt(long index, ReadRequest<?> read) {
    ahead.add(new Ahead(index, read));
  }

  /** Gives the applier what it can answer when it has done what it was given. */
  void handOver() {
    long handedIndex = applier.handedIndex();
    if (ahead.isEmpty() || ahead.peek().index > handedIndex) {
      return;
    }
    List<ReadRequest<?>> due = new ArrayList<>();
    long last = 0;
    while (!ahead.isEmpty() && ahead.peek().index <= handedIndex) {
      Ahead next = ahead.poll();
      due.add(next.request);
      last = next.index;
    }
    applier.read(last, due);
  }

  void expire(long now) {
    ahead.removeIf(
        a -> {
          boolean expired = a.request.deadline <= now;
          if (expired) {
            String reason = "this node did not get to index " + a.index + " in time";
            answers.failed(a.request, new NotExecutedException(reason));
          }
          return expired;
        });
  }

  void close(RaftException why) {
    ahead.forEach(a -> answers.failed(a.request, why));
    ahead.clear();
  }
}
