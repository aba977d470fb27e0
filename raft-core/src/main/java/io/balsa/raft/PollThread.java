package io.balsa.raft;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A {@link Runner} with a thread of its own. */
final class PollThread implements Runner {
  private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(5);

  private final AtomicBoolean due = new AtomicBoolean(true);
  private final String name;
  private final long periodNanos;
  private volatile Thread thread;
  private volatile boolean stopped;

  PollThread(String name, long periodNanos) {
    this.name = name;
    this.periodNanos = periodNanos;
  }

  @Override
  public void start(Runnable poll) {
    thread = new Thread(() -> run(poll), name);
    thread.start();
  }

  private void run(Runnable poll) {
    boolean last;
    do {
      last = stopped;
      due.set(false);
      poll.run();
      if (!due.get() && !stopped) {
        sleep();
      }
    } while (!last);
  }

  private void sleep() {
    if (periodNanos == 0) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, periodNanos);
    }
    if (Thread.interrupted()) {
      due.set(
          true); // an interrupt means nothing here, but would keep every later park from sleeping
    }
  }

  @Override
  public void wake() {
    if (!due.get() && !due.getAndSet(true)) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void stop() {
    stopped = true;
    Thread t = thread;
    LockSupport.unpark(t);
    if (t == null || t == Thread.currentThread()) {
      return;
    }
    try {
      t.join(JOIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
