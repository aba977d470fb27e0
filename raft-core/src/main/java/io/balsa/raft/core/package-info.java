/**
 * The Raft algorithm: pure and deterministic. No I/O, no clock, no thread, no lock, no logger, no
 * randomness of its own.
 *
 * <p>{@link io.balsa.raft.core.Raft} is the whole of it: {@link io.balsa.raft.core.Event events} go
 * in, {@link io.balsa.raft.core.Effects effects} come out. What a node does in one role is in
 * {@code Follower}, {@code Candidate} and {@code Leader}; what counts as a quorum is in {@link
 * io.balsa.raft.core.Configuration}; what must be on disk before what is said, in {@code Output}.
 * Sections and figures are those of Diego Ongaro's dissertation, "Consensus: Bridging Theory and
 * Practice" (2014).
 */
package io.balsa.raft.core;
