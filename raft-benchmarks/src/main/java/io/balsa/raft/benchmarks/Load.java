package io.balsa.raft.benchmarks;

import io.balsa.raft.RaftNode;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a number of 256-byte commands outstanding at a node, from a thread of its own. A command
 * that fails is counted and another one takes its place.
 */
final class Load implements AutoCloseable {
  private static final int BYTES = 256;

  private final RaftNode node;
  private final int outstanding;
  private final Semaphore free;
  private final Thread thread = new Thread(this::propose, "load");
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private volatile long left;

  private Load(RaftNode node, int outstanding, long commands) {
    this.node = node;
    this.outstanding = outstanding;
    free = new Semaphore(outstanding);
    left = commands;
    thread.start();
  }

  /** Goes on until it is closed; with nothing outstanding there is no load at all. */
  static Load start(RaftNode node, int outstanding) {
    return new Load(node, outstanding, outstanding == 0 ? 0 : Long.MAX_VALUE);
  }

  /** Waits until so many commands are answered. */
  static void run(RaftNode node, int outstanding, long commands) throws InterruptedException {
    Load load = new Load(node, outstanding, commands);
    load.awaitAnswers();
  }

  private void propose() {
    byte[] command = new byte[BYTES];
    for (long i = 0; i < left; i++) {
      free.acquireUninterruptibly();
      ByteBuffer.wrap(command).putInt(ThreadLocalRandom.current().nextInt());
      node.propose(command)
          .whenComplete(
              (response, problem) -> {
                (problem == null ? answered : failed).increment();
                free.release();
              });
      if (failed.sum() > 0) { // there may be no leader for a while
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      }
    }
  }

  /** How many commands have been executed. */
  long answered() {
    return answered.sum();
  }

  /** How many are executed in a second, from now on for so many seconds. */
  double rate(int seconds) throws InterruptedException {
    long before = answered();
    long start = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    return (answered() - before) * 1e9 / (System.nanoTime() - start);
  }

  private void awaitAnswers() throws InterruptedException {
    thread.join();
    free.acquire(outstanding);
    if (failed.sum() > 0) {
      System.out.println("(" + failed.sum() + " commands failed: the leader was lost meanwhile)");
    }
  }

  @Override
  public void close() {
    left = 0;
    try {
      awaitAnswers();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
