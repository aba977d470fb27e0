/**
 * A disk in memory that forgets what was not forced, and every way in which it may do so.
 *
 * <ul>
 *   <li>{@link io.balsa.raft.testkit.disk.SimulatedDisk} is a file system for code that knows
 *       nothing of it; it fails, runs full, stalls, rots and loses its power where a test wants it.
 *   <li>{@link io.balsa.raft.testkit.disk.CrashStates} gives a test each state in which a crash may
 *       leave the disk.
 * </ul>
 */
package io.balsa.raft.testkit.disk;
