package io.balsa.raft.examples;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;

/**
 * More clients of a key-value store than it can serve, each with a key of its own and no mercy: who
 * is refused asks again at once.
 *
 * <ul>
 *   <li>A client numbers its values, so that what its key has at the end tells whether something
 *       acknowledged is lost, or something refused was executed.
 *   <li>An answer that does not come within {@link #PATIENCE} counts as a request that hangs.
 * </ul>
 */
final class Pushers implements AutoCloseable {
  /** A node looks for a leader for ten election timeouts, and then says that it found none. */
  static final Duration PATIENCE = Duration.ofSeconds(25);

  static final int VALUE_BYTES = 128 << 10;
  private static final long PAUSE_NANOS = 2_000_000;

  /** What one client knows of its key. */
  private static final class Client {
    final String key;
    volatile NodeProcess at;
    long next = 1;
    long acknowledged;
    final TreeSet<Long> unknown = new TreeSet<>();

    Client(String key) {
      this.key = key;
    }

    /** Unknown ones below may have been executed, but what was acknowledged came after them. */
    boolean mayBe(long number) {
      return number == acknowledged || number > acknowledged && unknown.contains(number);
    }
  }

  private final Cluster cluster;
  private final List<Client> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final List<String> hung = new ArrayList<>();
  private volatile List<NodeProcess> nodes;
  private volatile boolean closed;
  private int executed;
  private int unknown;

  private Pushers(Cluster cluster) {
    this.cluster = cluster;
    nodes = List.copyOf(cluster.nodes());
  }

  static Pushers start(Cluster cluster, int count) {
    Pushers pushers = new Pushers(cluster);
    for (int i = 0; i < count; i++) {
      int first = i;
      Client client = new Client("k" + i);
      pushers.clients.add(client);
      Thread thread = new Thread(() -> pushers.run(client, first), "pusher-" + i);
      pushers.threads.add(thread);
      thread.start();
    }
    return pushers;
  }

  /** From now on only through some of the nodes; nobody waits for another one any more. */
  void through(List<NodeProcess> some) throws Await.GivenUpException, InterruptedException {
    nodes = List.copyOf(some);
    Await.until(
        "all to push through them",
        PATIENCE,
        () -> clients.stream().allMatch(client -> some.contains(client.at)));
  }

  private void run(Client client, int first) {
    try {
      for (int turn = first; !closed; turn++) {
        List<NodeProcess> through = nodes;
        NodeProcess node = through.get(turn % through.size());
        client.at = node;
        if (!push(client, node)) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean push(Client client, NodeProcess node) throws InterruptedException {
    long number = client.next++;
    byte[] value = ByteBuffer.allocate(VALUE_BYTES).putLong(number).array();
    long begin = System.nanoTime();
    Outcome<Receipt> outcome =
        new RemoteStore(cluster.remote(node, PATIENCE)).put(client.key, value, Change.ANY);
    boolean late = System.nanoTime() - begin >= PATIENCE.toNanos();
    synchronized (this) {
      if (late) {
        hung.add(node.id() + ": " + outcome);
      }
      if (outcome instanceof Outcome.Executed) {
        client.acknowledged = number;
        executed++;
        return true;
      } else if (outcome instanceof Outcome.NotExecuted<Receipt> refused) {
        refusals.merge(refused.reason(), 1, Integer::sum);
      } else {
        client.unknown.add(number);
        unknown++;
      }
      return false;
    }
  }

  synchronized int executed() {
    return executed;
  }

  synchronized List<String> hung() {
    return List.copyOf(hung);
  }

  /** How often it was the reason for a refusal. */
  synchronized int refused(String why) {
    return refusals.entrySet().stream()
        .filter(refusal -> refusal.getKey().contains(why))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  synchronized String summary() {
    return "%d executed, %d unknown, %d hung, refused: %s"
        .formatted(executed, unknown, hung.size(), refusals);
  }

  /** What the store has and can't have; empty if all is well. No client may be under way. */
  List<String> problems(NodeProcess through) throws InterruptedException, Await.GivenUpException {
    List<String> problems = new ArrayList<>();
    for (Client client : clients) {
      long found = Await.value("a read", PATIENCE, () -> number(client.key, through));
      if (!client.mayBe(found)) {
        problems.add(
            "%s has value %d; %d was acknowledged, unknown are %s"
                .formatted(client.key, found, client.acknowledged, client.unknown));
      }
    }
    return problems;
  }

  private Optional<Long> number(String key, NodeProcess through) throws InterruptedException {
    RemoteStore store = new RemoteStore(cluster.remote(through, PATIENCE));
    return store.get(key) instanceof Outcome.Executed<Optional<KeyValueStore.Versioned>> executed
        ? Optional.of(
            executed.value().map(found -> ByteBuffer.wrap(found.value()).getLong()).orElse(0L))
        : Optional.empty();
  }

  /** Ends all clients; each waits for the answer it is waiting for. */
  @Override
  public void close() {
    closed = true;
    Threads.join(threads);
  }
}
