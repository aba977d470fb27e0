package io.balsa.raft.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that increment and read a counter through all its nodes and write what they learn into a
 * {@link Ledger}.
 */
final class Clients implements AutoCloseable {
  private static final int THREADS = 3;
  private static final int READ_EVERY = 4;
  private static final long LARGEST = 1L << 40;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Cluster cluster;
  private final Ledger ledger = new Ledger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile NodeProcess avoided;
  private volatile boolean closed;

  private Clients(Cluster cluster) {
    this.cluster = cluster;
  }

  static Clients start(Cluster cluster) {
    Clients clients = new Clients(cluster);
    for (int i = 0; i < THREADS; i++) {
      int first = i;
      Thread thread = new Thread(() -> clients.run(first), "client-" + i);
      clients.threads.add(thread);
      thread.start();
    }
    return clients;
  }

  Ledger ledger() {
    return ledger;
  }

  private void run(int first) {
    try {
      for (int turn = first; !closed; turn++) {
        NodeProcess node = cluster.nodes().get(turn % Cluster.SIZE);
        if (node != avoided) {
          request(cluster.counter(node, PATIENCE), turn % READ_EVERY == 0);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void request(RemoteCounter counter, boolean read) throws InterruptedException {
    if (read) {
      read(counter);
    } else {
      increment(counter);
    }
  }

  private void read(RemoteCounter counter) throws InterruptedException {
    long begin = System.nanoTime();
    if (counter.get() instanceof Outcome.Executed<Long> executed) {
      ledger.read(executed.value(), begin, System.nanoTime());
    }
  }

  private void increment(RemoteCounter counter) throws InterruptedException {
    long by = ThreadLocalRandom.current().nextLong(1, LARGEST);
    long begin = System.nanoTime();
    Outcome<Long> outcome = counter.increment(by);
    if (outcome instanceof Outcome.Executed<Long> executed) {
      ledger.acknowledged(by, executed.value(), begin, System.nanoTime());
    } else if (outcome instanceof Outcome.Unknown) {
      ledger.unknown(by);
    } else {
      LockSupport.parkNanos(5_000_000); // a node is down: don't be busy asking it
    }
  }

  /** From now on nothing goes through a node that doesn't answer; null for none. */
  void avoid(NodeProcess node) {
    avoided = node;
  }

  /** Waits until so many more increments were acknowledged. */
  void awaitMore(int count) throws InterruptedException, Await.GivenUpException {
    long enough = ledger.acknowledged() + count;
    Await.until(count + " more increments", LIMIT, () -> ledger.acknowledged() >= enough);
  }

  /** Ends all clients; each waits for the answer it is waiting for. */
  @Override
  public void close() {
    closed = true;
    Threads.join(threads);
  }
}
