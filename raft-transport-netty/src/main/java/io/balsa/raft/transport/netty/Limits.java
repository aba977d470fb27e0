package io.balsa.raft.transport.netty;

import java.time.Duration;

/**
 * What bounds a transport. Not options: tests have smaller ones, everybody else has {@link
 * #DEFAULT}, and {@code docs/wire.md} gives the reasons.
 *
 * @param frameBytes the longest frame after the handshake
 * @param consensusQueueBytes what may wait for one peer in the consensus lane
 * @param bulkQueueBytes what may wait for one peer in the bulk lane
 * @param totalQueueBytes what may wait for all peers of all groups together
 * @param strangers connections that may be in their handshake at once
 * @param strangersPerAddress the same, from one address
 * @param connections accepted connections that may be there at once
 * @param connectionsPerAddress the same, from one address
 * @param connectTimeout until a connection must be there
 * @param handshakeTimeout until its handshake must be done
 * @param keepAlive after so long without a frame to send, an empty one is sent
 * @param silence after so long without a byte received, a connection is closed
 * @param keyCheck after so long, files with keys are looked at again
 * @param firstRetry pause before the first new attempt to connect
 * @param lastRetry longest pause between attempts
 */
record Limits(
    int frameBytes,
    int consensusQueueBytes,
    int bulkQueueBytes,
    long totalQueueBytes,
    int strangers,
    int strangersPerAddress,
    int connections,
    int connectionsPerAddress,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration keepAlive,
    Duration silence,
    Duration keyCheck,
    Duration firstRetry,
    Duration lastRetry) {

  static final Limits DEFAULT =
      new Limits(
          16 << 20,
          1 << 20,
          16 << 20,
          128L << 20,
          256,
          64,
          8192,
          4096,
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofSeconds(1));

  /** The longest frame of a handshake. */
  static final int HANDSHAKE_BYTES = 4096;

  /** Bytes handed to the channel before it is called full, and when it no longer is. */
  static final int HIGH_WATER = 512 << 10;

  static final int LOW_WATER = 256 << 10;

  int queueBytes(Lane lane) {
    return lane == Lane.BULK ? bulkQueueBytes : consensusQueueBytes;
  }
}
