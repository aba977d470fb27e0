package io.balsa.raft.testkit.disk;

import java.io.IOException;

/**
 * What shall go wrong, and what was counted to know when. Has a lock of its own, within that of the
 * driver.
 */
final class Faults {
  private long writes;
  private long forces;
  private long reads;
  private long failingWrite;
  private int tornBytes;
  private long failingForce;
  private long failingRead;
  private long limit = Long.MAX_VALUE;
  private boolean losesWrite;
  private long misdirection;

  private volatile Runnable beforeWrite = () -> {};
  private volatile Runnable beforeForce = () -> {};
  private volatile Interference interference = operation -> {};

  synchronized void heal() {
    failingWrite = 0;
    failingForce = 0;
    failingRead = 0;
    limit = Long.MAX_VALUE;
    losesWrite = false;
    misdirection = 0;
    beforeWrite = () -> {};
    beforeForce = () -> {};
    interference = operation -> {};
  }

  synchronized void tearWrite(long n, int bytes) {
    failingWrite = writes + n;
    tornBytes = bytes;
  }

  synchronized void failForce(long n) {
    failingForce = forces + n;
  }

  synchronized void failRead(long n) {
    failingRead = reads + n;
  }

  synchronized void limit(long bytes) {
    limit = bytes;
  }

  synchronized void loseNextWrite() {
    losesWrite = true;
  }

  synchronized void misdirectNextWrite(long delta) {
    misdirection = delta;
  }

  synchronized void beforeWrite(Runnable hook) {
    beforeWrite = hook;
  }

  synchronized void beforeForce(Runnable hook) {
    beforeForce = hook;
  }

  synchronized void interfere(Interference newInterference) {
    interference = newInterference;
  }

  synchronized long writes() {
    return writes;
  }

  synchronized long forces() {
    return forces;
  }

  /** Calls what a test wants to be called, without any lock. */
  void before(Operation operation) throws IOException {
    switch (operation.kind()) {
      case WRITE -> beforeWrite.run();
      case FORCE, FORCE_DIRECTORY -> beforeForce.run();
      default -> {}
    }
    interference.before(operation);
  }

  /** How many bytes the next write makes before it fails; -1 if it doesn't. */
  synchronized int tornWrite() {
    return ++writes == failingWrite ? tornBytes : -1;
  }

  synchronized boolean forceFails() {
    return ++forces == failingForce;
  }

  synchronized void checkRead() throws IOException {
    if (++reads == failingRead) {
      throw new IOException("injected failure of a read");
    }
  }

  /** How many bytes files may grow by, of a disk that is used so far. */
  synchronized long free(long used) {
    return limit == Long.MAX_VALUE ? limit : Math.max(0, limit - used);
  }

  synchronized boolean takeLostWrite() {
    boolean lost = losesWrite;
    losesWrite = false;
    return lost;
  }

  synchronized long takeMisdirection() {
    long delta = misdirection;
    misdirection = 0;
    return delta;
  }
}
