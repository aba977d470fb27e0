package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Packet;
import io.balsa.raft.StateMachine;
import java.util.function.UnaryOperator;

/**
 * What is simulated.
 *
 * @param workload the state machine and its clients
 * @param storage how a directory is opened
 * @param codec what becomes of a packet that is written and read again
 */
record Setting<M extends StateMachine>(
    Workload<M, ?, ?, ?> workload, Simulation.Opener storage, UnaryOperator<Packet> codec) {}
