package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Runner;
import java.util.function.LongSupplier;

/**
 * A runner whose thread is the timeline. Between being woken and polling passes the time that a
 * thread takes to wake up, or a disk to become ready.
 *
 * <ul>
 *   <li>Never polls for a life that is over.
 *   <li>While the process is paused, it becomes due and waits.
 * </ul>
 */
final class SimulatedRunner implements Runner {
  private final Timeline timeline;
  private final Life<?> life;
  private final LongSupplier delay;
  private final long period;
  private Runnable poll;
  private boolean due;
  private boolean running;
  private boolean again;
  private boolean stopped;

  SimulatedRunner(Timeline timeline, Life<?> life, LongSupplier delay, long period) {
    this.timeline = timeline;
    this.life = life;
    this.delay = delay;
    this.period = period;
  }

  @Override
  public void start(Runnable whatToCall) {
    poll = whatToCall;
    due = false;
    wake();
    if (period > 0) {
      timeline.after(period, this::beat);
    }
  }

  private void beat() {
    if (!over()) {
      wake();
      timeline.after(period, this::beat);
    }
  }

  @Override
  public void wake() {
    if (!due && !over()) {
      due = true;
      if (poll != null) {
        timeline.after(delay.getAsLong(), this::run);
      }
    }
  }

  private void run() {
    if (over()) {
      return;
    }
    if (life.pausedUntil() > timeline.now()) {
      timeline.at(life.pausedUntil(), this::run);
      return;
    }
    due = false;
    call();
  }

  private void call() {
    running = true;
    do {
      again = false;
      poll.run();
      life.hasRun();
    } while (again);
    running = false;
  }

  @Override
  public void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    if (poll == null || life.isOver()) {
      return;
    }
    if (running) {
      again = true;
    } else {
      call();
    }
  }

  private boolean over() {
    return stopped || life.isOver();
  }
}
