package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A disk in memory with a file system on it, for code that uses {@link Path} and {@link
 * FileChannel} and knows nothing of the simulation. It fails where a test wants it to, and forgets
 * at a power cut what was not forced.
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(seed));
 * Storage storage = FileStorage.open(disk.root().resolve("n1"));
 * disk.failForce(3);          // the third force from now on fails
 * …
 * disk.cutPower();            // every call on the storage fails from here on
 * disk.restorePower();
 * storage = FileStorage.open(disk.root().resolve("n1"));
 * }</pre>
 *
 * <ul>
 *   <li>What was forced is there after a power cut: of a file its content, of a directory the names
 *       in it. Neither implies the other.
 *   <li>Of what was not forced, any part is there: any of the writes, in any order, each as a whole
 *       or torn between sectors of 512 bytes; any size between the old and the new one; any of the
 *       files created, renamed and removed, each as a whole or not at all.
 *   <li>A force that fails leaves what it should have forced for clean: a process reads it, no
 *       later force makes it durable, and after a power cut any part of it is there.
 *   <li>It has no clock and no threads of its own. The same calls with the same random numbers give
 *       the same files, bit by bit.
 *   <li>One process at a time uses it, with any number of threads.
 * </ul>
 *
 * <p>Pages of zeros take no memory. Not supported are links, mapped files, permissions and times,
 * all of which say so with an {@link UnsupportedOperationException}; whatever time is asked for, it
 * is the beginning of 1970.
 */
public final class SimulatedDisk {
  private final Driver driver;

  /**
   * An empty disk.
   *
   * @param random decides what survives a power cut and what was done when a process died
   */
  public SimulatedDisk(RandomGenerator random) {
    this(new Driver(random, new Tree()));
  }

  SimulatedDisk(Driver driver) {
    this.driver = driver;
  }

  Driver driver() {
    return driver;
  }

  /**
   * A disk with the same files, the same of them durable, that goes its own way from here. It has
   * none of the faults of this one, and no process uses it. If the power is off here, it is off
   * there, and may leave something else there.
   *
   * @param newRandom decides what survives there
   * @return the copy
   */
  public SimulatedDisk copy(RandomGenerator newRandom) {
    return new SimulatedDisk(driver.copy(newRandom));
  }

  /**
   * As {@link #copy(RandomGenerator)}, with random numbers that start from one drawn here.
   *
   * @return the copy
   */
  public SimulatedDisk copy() {
    synchronized (driver) {
      return copy(new SplittableRandom(driver.random().nextLong()));
    }
  }

  /**
   * The root of the file system, for the process that uses it now. After that process died, and
   * after the power was restored, the next process asks anew.
   *
   * @return the absolute path "/"
   */
  public Path root() {
    return driver.mount().getPath("/");
  }

  // Ends of processes.

  /**
   * Ends the process that uses the disk: whatever it was given fails from now on, except that
   * closing it does nothing, and its locks are gone. What it wrote stays, forced or not.
   */
  public void killProcess() {
    driver.killProcess();
  }

  /** Ends the process that uses the disk, and lets no other use it until {@link #restorePower}. */
  public void cutPower() {
    driver.cutPower();
  }

  /**
   * Lets the disk be used again, with what the power cut left: an arbitrary part of the unforced.
   */
  public void restorePower() {
    driver.restorePower();
  }

  // Faults.

  /**
   * Makes one write fail without writing anything; those after it succeed.
   *
   * @param n which one, 1 being the next
   */
  public void failWrite(long n) {
    tearWrite(n, 0);
  }

  /**
   * Makes one write fail after some of its bytes; those after it succeed.
   *
   * @param n which one, 1 being the next
   * @param bytes how many bytes are written, if there are so many
   */
  public void tearWrite(long n, int bytes) {
    driver.faults().tearWrite(n, bytes);
  }

  /**
   * Makes one force of a file or directory fail; those after it succeed, but without making durable
   * what the failed one should have made durable in a file.
   *
   * @param n which one, 1 being the next
   */
  public void failForce(long n) {
    driver.faults().failForce(n);
  }

  /**
   * Makes one read fail; those after it succeed.
   *
   * @param n which one, 1 being the next
   */
  public void failRead(long n) {
    driver.faults().failRead(n);
  }

  /**
   * Lets files grow by so many bytes in all until the disk is full; removed files give their bytes
   * back.
   *
   * @param bytes how many
   */
  public void limitSpace(long bytes) {
    synchronized (driver) {
      driver.faults().limit(driver.tree().used() + bytes);
    }
  }

  /** Reports the next write as done, and never does it. */
  public void loseNextWrite() {
    driver.faults().loseNextWrite();
  }

  /**
   * Reports the next write as done, and does it elsewhere in the file.
   *
   * @param delta how far away, not 0; nothing is written before the beginning of the file
   */
  public void misdirectNextWrite(long delta) {
    driver.faults().misdirectNextWrite(delta);
  }

  /** Ends every fault that was asked for, {@link #interfere} and the hooks included. */
  public void heal() {
    driver.faults().heal();
  }

  /**
   * Calls something before each write, outside any lock; it may block for a stall.
   *
   * @param hook what to call
   */
  public void beforeWrite(Runnable hook) {
    driver.faults().beforeWrite(hook);
  }

  /**
   * Calls something before each force, outside any lock; it may block for a stall.
   *
   * @param hook what to call
   */
  public void beforeForce(Runnable hook) {
    driver.faults().beforeForce(hook);
  }

  /**
   * Calls something before every operation, outside any lock. It replaces what was called so far.
   *
   * @param interference what to call
   */
  public void interfere(Interference interference) {
    driver.faults().interfere(interference);
  }

  /**
   * How many writes there were.
   *
   * @return the count, failed ones included
   */
  public long writes() {
    return driver.faults().writes();
  }

  /**
   * How many forces there were, of files and of directories.
   *
   * @return the count, failed ones included
   */
  public long forces() {
    return driver.faults().forces();
  }

  // The files, seen and damaged from outside.

  /**
   * The paths of all files, sorted.
   *
   * @return absolute paths
   */
  public List<String> files() {
    synchronized (driver) {
      return driver.tree().files();
    }
  }

  /**
   * What a process would read.
   *
   * @param path the path of a file
   * @return its content
   */
  public byte[] content(String path) {
    synchronized (driver) {
      return driver.tree().file(path).current().toArray();
    }
  }

  /**
   * The bytes of all files together.
   *
   * @return the sum of their sizes
   */
  public long usedBytes() {
    synchronized (driver) {
      return driver.tree().used();
    }
  }

  /**
   * Turns one bit around, of what is read and of what is durable.
   *
   * @param path the path of a file
   * @param bit which one; 0 is the lowest of the first byte
   */
  public void flipBit(String path, long bit) {
    damage(
        path,
        pages -> {
          ByteBuffer octet = ByteBuffer.allocate(1);
          if (pages.read(bit / 8, octet) == 1) {
            octet.put(0, (byte) (octet.get(0) ^ 1 << bit % 8));
            pages.write(bit / 8, octet.flip());
          }
        });
  }

  private void damage(String path, Consumer<Pages> damage) {
    synchronized (driver) {
      driver.tree().file(path).damage(damage);
    }
  }

  /**
   * Cuts the end off a file, of what is read and of what is durable; or adds zeros.
   *
   * @param path the path of a file
   * @param size the new size
   */
  public void truncate(String path, long size) {
    synchronized (driver) {
      driver.tree().truncateDurably(driver.tree().file(path), size);
    }
  }

  /**
   * Exchanges two blocks of a file, of what is read and of what is durable.
   *
   * @param path the path of a file; if it is too short, nothing happens
   * @param one where the one block begins
   * @param other where the other begins
   * @param length their length
   */
  public void swapBlocks(String path, long one, long other, int length) {
    damage(
        path,
        pages -> {
          if (Math.max(one, other) + length <= pages.size()) {
            ByteBuffer first = ByteBuffer.allocate(length);
            ByteBuffer second = ByteBuffer.allocate(length);
            pages.read(one, first);
            pages.read(other, second);
            pages.write(one, second.flip());
            pages.write(other, first.flip());
          }
        });
  }
}
