/**
 * Whole clusters of production nodes in one thread, from a seed.
 *
 * <ul>
 *   <li>{@link io.balsa.raft.testkit.simulation.Simulation} runs them.
 *   <li>{@link io.balsa.raft.testkit.simulation.Workload} is what its user writes: a state machine,
 *       its clients, and what they may be told.
 * </ul>
 */
package io.balsa.raft.testkit.simulation;
