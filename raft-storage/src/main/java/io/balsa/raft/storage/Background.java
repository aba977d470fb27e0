package io.balsa.raft.storage;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Who does for a log what no caller should wait for. */
interface Background extends Executor, AutoCloseable {
  /** Does everything at once in the calling thread, and nothing by itself. */
  Background INLINE =
      new Background() {
        @Override
        public void execute(Runnable task) {
          task.run();
        }

        @Override
        public void repeat(Runnable task) {}

        @Override
        public void close() {}
      };

  /** Runs a task every now and then until this is closed. */
  void repeat(Runnable task);

  /** Runs nothing more; what is running goes on to its end. */
  @Override
  void close();

  /** A daemon thread of one's own. */
  static Background thread() {
    return new OneThread();
  }

  /** One thread, which never keeps a process alive. */
  final class OneThread implements Background {
    private static final long PERIOD_MILLIS = 50;
    private final ScheduledThreadPoolExecutor executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "balsa-storage");
              thread.setDaemon(true);
              return thread;
            });

    @Override
    public void execute(Runnable task) {
      executor.execute(task);
    }

    @Override
    public void repeat(Runnable task) {
      executor.scheduleWithFixedDelay(task, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      executor.shutdown();
    }
  }
}
