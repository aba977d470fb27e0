package io.balsa.raft.examples;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A thread that adds 1 again and again, through each node in turn, and keeps the books.
 *
 * <ul>
 *   <li>One increment is under way at a time, so each answer is greater than the one before: by
 *       one, plus one for each increment in between whose outcome was unknown and that was executed
 *       after all. {@link #problem()} tells of any other answer.
 *   <li>While it is paused none is under way.
 * </ul>
 */
final class Load implements AutoCloseable {
  private static final long RETRY_MILLIS = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * The books.
   *
   * @param value the latest answer
   * @param acknowledged how many increments were
   * @param unknown how many may have been executed or not
   * @param resolved how many of the unknown ones turned out to have been executed
   * @param open how many of the unknown ones came after the latest answer
   * @param lastAt when the latest answer came
   */
  record Books(long value, long acknowledged, long unknown, long resolved, long open, long lastAt) {

    Books executed(long answer, long now) {
      long more = answer - value - 1;
      return new Books(answer, acknowledged + 1, unknown, resolved + more, 0, now);
    }

    Books withUnknown() {
      return new Books(value, acknowledged, unknown + 1, resolved, open + 1, lastAt);
    }

    /** What a linearizable read makes of the unknown ones. */
    Books read(long answer) {
      return new Books(answer, acknowledged, unknown, resolved + answer - value, 0, lastAt);
    }

    /** Whether an answer can't be explained. */
    boolean contradict(long lowest, long answer) {
      return answer < lowest || answer > lowest + open;
    }
  }

  private final Map<String, RemoteCounter> targets = new TreeMap<>();
  private final Map<String, Long> acknowledgedThrough = new TreeMap<>();
  private final Thread thread = new Thread(this::run, "load");
  private Books books;
  private String problem = "";
  private boolean paused;
  private boolean underWay;
  private boolean closed;

  Load(long value) {
    this.books = new Books(value, 0, 0, 0, 0, System.nanoTime());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** From now on also through this node. */
  synchronized void join(String id, RemoteCounter counter) {
    targets.put(id, counter);
    acknowledgedThrough.put(id, 0L);
  }

  /** From now on not through this node any more. */
  synchronized void leave(String id) {
    targets.remove(id);
    acknowledgedThrough.remove(id);
  }

  private void run() {
    try {
      for (int turn = 0; begin(); turn++) {
        Map.Entry<String, RemoteCounter> target = target(turn);
        settle(target.getKey(), target.getValue().increment(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private synchronized Map.Entry<String, RemoteCounter> target(int turn) {
    return List.copyOf(targets.entrySet()).get(turn % targets.size());
  }

  private synchronized boolean begin() throws InterruptedException {
    while (paused && !closed) {
      wait();
    }
    underWay = !closed;
    return underWay;
  }

  private synchronized void settle(String id, Outcome<Long> outcome) throws InterruptedException {
    underWay = false;
    if (outcome instanceof Outcome.Executed<Long> executed) {
      if (books.contradict(books.value() + 1, executed.value())) {
        problem =
            "an increment was answered %d after %d, with %d of unknown outcome in between"
                .formatted(executed.value(), books.value(), books.open());
      }
      books = books.executed(executed.value(), System.nanoTime());
      acknowledgedThrough.computeIfPresent(id, (same, count) -> count + 1);
    } else if (outcome instanceof Outcome.Unknown) {
      books = books.withUnknown();
    }
    notifyAll();
    if (!(outcome instanceof Outcome.Executed)) {
      wait(RETRY_MILLIS);
    }
  }

  /** Returns when no increment is under way any more. */
  synchronized void pause() throws InterruptedException, Await.GivenUpException {
    paused = true;
    long deadline = deadline();
    while (underWay) {
      awaitChange("the last increment to be answered", deadline);
    }
  }

  synchronized void resume() {
    paused = false;
    notifyAll();
  }

  /** Waits until that many increments have been acknowledged in all. */
  synchronized Books awaitAcknowledged(long count)
      throws InterruptedException, Await.GivenUpException {
    long deadline = deadline();
    while (books.acknowledged() < count) {
      awaitChange("an increment to be acknowledged", deadline);
    }
    return books;
  }

  private static long deadline() {
    return System.nanoTime() + PATIENCE.toNanos();
  }

  private void awaitChange(String what, long deadline)
      throws InterruptedException, Await.GivenUpException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new Await.GivenUpException("waited " + PATIENCE.toSeconds() + " s in vain for " + what);
    }
    TimeUnit.NANOSECONDS.timedWait(this, left);
  }

  synchronized Books books() {
    return books;
  }

  /** The first answer that can't be explained, or empty. */
  synchronized String problem() {
    return problem;
  }

  /** How many were acknowledged through each node. */
  synchronized SortedMap<String, Long> acknowledgedThrough() {
    return new TreeMap<>(acknowledgedThrough);
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    thread.interrupt();
  }
}
