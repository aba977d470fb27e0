package io.balsa.raft.testkit.simulation;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays a seed in another thread, so that one that hangs can be told from one that takes long: what
 * never ends is a single action, of which there are a million in a minute.
 *
 * <ul>
 *   <li>The threads are used again for the next seeds: with each new one the C library would take
 *       memory for buffers from somewhere else, and not give it back.
 * </ul>
 */
final class Patience {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          run -> {
            Thread thread = new Thread(run, "simulation");
            thread.setDaemon(true);
            return thread;
          });

  private final int seconds;

  Patience(int seconds) {
    this.seconds = seconds;
  }

  /** Waits for the outcome. The thread of a run that does not come any further is left behind. */
  Outcome with(Run<?> run) {
    Future<Outcome> outcome = THREADS.submit(run::play);
    long turn = 0;
    int waited = 0;
    while (waited < seconds) {
      try {
        return outcome.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        boolean hangs = run.turn() == turn && turn % 2 == 1;
        waited = hangs ? waited + 1 : 0;
        turn = run.turn();
      } catch (ExecutionException e) {
        throw new AssertionError("seed " + run.seed() + " failed: " + e.getCause(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while seed " + run.seed() + " was played", e);
      }
    }
    return run.hangs(new AssertionError(hanging(), where(run.thread())));
  }

  private String hanging() {
    return "one thing that happens has not ended for "
        + seconds
        + " seconds; where it is, is the cause below. There is one thread: execute must return its"
        + " future and not wait for it, and a state machine must not wait for anything";
  }

  private static Throwable where(Thread thread) {
    Throwable where = new Throwable("here, in the thread of the simulation");
    where.setStackTrace(thread.getStackTrace());
    return where;
  }
}
