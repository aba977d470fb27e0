package io.balsa.raft.testkit.disk;

import java.io.IOException;

/**
 * Comes before each operation of a process on a {@link SimulatedDisk}.
 *
 * <ul>
 *   <li>It is called in the thread of the process and outside the disk's lock: it may block, and
 *       call the disk.
 *   <li>If it kills the process or cuts the power, the operation fails; whether it was done before,
 *       and of a write how much, the disk decides at random.
 * </ul>
 */
@FunctionalInterface
public interface Interference {
  /**
   * Lets the operation happen by returning.
   *
   * @param operation what is about to happen
   * @throws TornWriteException if a write shall fail after some of its bytes
   * @throws IOException if the operation shall fail, with this and without having done anything; a
   *     force that fails so leaves what it should have forced for clean, as {@link
   *     SimulatedDisk#failForce} does
   */
  void before(Operation operation) throws IOException;
}
