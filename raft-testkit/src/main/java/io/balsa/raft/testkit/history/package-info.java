/**
 * What clients asked and were told, and whether one copy of the data could have answered so.
 *
 * <p>Write a {@link io.balsa.raft.testkit.history.Model} of your state machine, record what every
 * client does in a {@link io.balsa.raft.testkit.history.History} while the faults go on, and let
 * {@link io.balsa.raft.testkit.history.Linearizability} judge it.
 */
package io.balsa.raft.testkit.history;
