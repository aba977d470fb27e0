package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.Runner;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Does for a log what no caller should wait for: tasks it is given, and every now and then, when
 * there are none, what is left for a quiet moment.
 */
final class Background implements Executor, AutoCloseable {
  private static final long PERIOD_NANOS = 50_000_000;

  private final Runner runner;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private Runnable whenIdle;

  Background(Environment environment, String name) {
    runner = environment.runner(name, PERIOD_NANOS);
  }

  void start(Runnable whenIdle) {
    this.whenIdle = whenIdle;
    runner.start(this::poll);
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    runner.wake();
  }

  private void poll() {
    Runnable task = tasks.poll();
    if (task == null) {
      whenIdle.run();
    }
    for (; task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** Ends with what is under way. */
  @Override
  public void close() {
    runner.stop();
  }
}
