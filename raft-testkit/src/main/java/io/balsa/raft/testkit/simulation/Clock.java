package io.balsa.raft.testkit.simulation;

/**
 * The clock of one node: it never goes back, but it may run faster or slower than time, and jump
 * forward.
 */
final class Clock {
  private final Timeline timeline;
  private final double rate;
  private long jumped;

  Clock(Timeline timeline, double rate, long start) {
    this.timeline = timeline;
    this.rate = rate;
    jumped = start;
  }

  long nanoTime() {
    return jumped + (long) (timeline.now() * rate);
  }

  void jump(long nanos) {
    jumped += nanos;
  }

  /** How much time passes while this clock counts so many nanoseconds. */
  long toTime(long nanos) {
    return (long) (nanos / rate);
  }
}
