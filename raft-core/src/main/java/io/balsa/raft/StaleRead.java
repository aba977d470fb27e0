package io.balsa.raft;

import java.time.Duration;
import java.util.Optional;

/**
 * What a read has found that need not be up to date, and how far from that it can be.
 *
 * @param value the query's result
 * @param index the last command that the state reflects
 * @param age whatever was answered anywhere longer ago than this, the value reflects; empty if this
 *     node has heard from no leader since it started
 * @param entries how many committed entries the node knows of that the state does not reflect yet;
 *     there may be others that it does not know of
 * @param <T> what the query gives
 */
public record StaleRead<T>(T value, long index, Optional<Duration> age, long entries) {}
