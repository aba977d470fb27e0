package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.balsa.raft.examples.KeyValueModel.Kind;
import io.balsa.raft.examples.KeyValueModel.Request;
import io.balsa.raft.examples.KeyValueStore.Versioned;
import io.balsa.raft.testkit.history.History;
import io.balsa.raft.transport.netty.RaftClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Threads that use a key-value store in every way there is, and what they were told.
 *
 * <ul>
 *   <li>They have keys that nobody used before, so that their history begins with nothing, and is
 *       short enough to be judged.
 * </ul>
 */
final class KeyValueClients implements AutoCloseable {
  private static final int THREADS = 4;
  private static final int KEYS = 6;
  private static final int DIARY_EVERY = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Enough for a few requests for each key in a fault; more are only slow to judge. */
  private static final long PAUSE_NANOS = 2_000_000;

  private final Cluster cluster;
  private final String prefix;
  private final RaftClient outside;
  private final List<Diary> diaries = new CopyOnWriteArrayList<>();
  private final History<Request, String> history = new History<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  private KeyValueClients(Cluster cluster, String prefix, RaftClient outside) {
    this.cluster = cluster;
    this.prefix = prefix;
    this.outside = outside;
  }

  /** Starts clients whose keys begin with the prefix. */
  static KeyValueClients start(RelayedCluster relayed, String prefix, long seed)
      throws IOException {
    RaftClient outside =
        RaftClient.builder(relayed.addresses())
            .group(KeyValueNode.GROUP)
            .requestTimeout(PATIENCE)
            .insecure()
            .open();
    KeyValueClients clients = new KeyValueClients(relayed.cluster(), prefix, outside);
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      Thread thread =
          new Thread(() -> clients.run(number, new SplittableRandom(seed + number)), "client-" + i);
      clients.threads.add(thread);
      thread.start();
    }
    return clients;
  }

  /** What they asked and were told; complete when they are closed. */
  History<Request, String> history() {
    return history;
  }

  /** What was not as promised, other than in the history. */
  List<String> problems() {
    return diaries.stream().flatMap(diary -> diary.problems().stream()).toList();
  }

  private RemoteNode node(SplittableRandom random) {
    return cluster.remote(cluster.nodes().get(random.nextInt(Cluster.SIZE)), PATIENCE);
  }

  private Store store(SplittableRandom random) {
    int way = random.nextInt(4);
    return way == 0
        ? new Store.InSession(outside)
        : new Store.OfNode(new RemoteStore(node(random)), way == 1);
  }

  private void run(int number, SplittableRandom random) {
    Diary diary = new Diary(() -> node(random), prefix + "diary" + number + ".");
    diaries.add(diary);
    try {
      for (int turn = 0; !closed; turn++) {
        if (turn % DIARY_EVERY == 0) {
          answered.addAndGet(diary.turn());
        }
        Store store = store(random);
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        boolean brings = kind == Kind.PUT || kind == Kind.SWAP;
        String key = prefix + random.nextInt(KEYS);
        request(number, store, new Request(kind, key, brings ? number + "." + turn : ""));
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void request(int number, Store store, Request request) throws InterruptedException {
    long id = history.invoke(number, request, System.nanoTime());
    Outcome<String> outcome = execute(store, request);
    if (outcome instanceof Outcome.Executed<String> executed) {
      history.completed(id, executed.value(), System.nanoTime());
      answered.incrementAndGet();
    } else if (outcome instanceof Outcome.Unknown) {
      history.unknown(id, System.nanoTime());
    } else {
      history.notExecuted(id, System.nanoTime());
    }
  }

  private static Outcome<String> execute(Store store, Request request) throws InterruptedException {
    return switch (request.kind()) {
      case GET -> told(store.get(request.key()), KeyValueClients::text);
      case PUT -> told(put(store, request, Change.ANY), receipt -> "put");
      case DELETE ->
          told(
              store.delete(request.key()),
              receipt -> KeyValueModel.deleted(receipt.version() != Change.ABSENT));
      case SWAP -> swap(store, request);
    };
  }

  private static Outcome<String> swap(Store store, Request request) throws InterruptedException {
    Outcome<Optional<Versioned>> read = store.get(request.key());
    if (!(read instanceof Outcome.Executed<Optional<Versioned>> seen)) {
      return new Outcome.NotExecuted<>("the read failed");
    }
    long version = seen.value().map(Versioned::version).orElse(Change.ABSENT);
    Outcome<Receipt> put = put(store, request, version);
    boolean conflict =
        put instanceof Outcome.Executed<Receipt> executed
            && executed.value().result() == Receipt.Result.CONFLICT;
    return conflict
        ? new Outcome.NotExecuted<>("somebody was quicker")
        : told(put, receipt -> text(seen.value()));
  }

  private static Outcome<Receipt> put(Store store, Request request, long expected)
      throws InterruptedException {
    return store.put(request.key(), request.value().getBytes(UTF_8), expected);
  }

  private static String text(Optional<Versioned> found) {
    return found.map(versioned -> new String(versioned.value(), UTF_8)).orElse(KeyValueModel.NONE);
  }

  private static <T> Outcome<String> told(Outcome<T> outcome, Function<T, String> what) {
    if (outcome instanceof Outcome.Executed<T> executed) {
      return new Outcome.Executed<>(what.apply(executed.value()));
    } else if (outcome instanceof Outcome.Unknown<T> unknown) {
      return new Outcome.Unknown<>(unknown.reason());
    }
    return new Outcome.NotExecuted<>(((Outcome.NotExecuted<T>) outcome).reason());
  }

  /** Waits until so many more requests were answered. */
  void awaitMore(int count) throws InterruptedException, Await.GivenUpException {
    int enough = answered.get() + count;
    Await.until(count + " more answers", LIMIT, () -> answered.get() >= enough);
  }

  /** Ends all clients; each waits for the answer it is waiting for. */
  @Override
  public void close() {
    closed = true;
    Threads.join(threads);
    outside.close();
  }
}
