package io.balsa.raft.transport.netty;

import io.netty.util.internal.PlatformDependent;
import java.time.Duration;

/**
 * What bounds a transport. Not options: tests have smaller ones, everybody else has {@link
 * #DEFAULT}, and {@code docs/wire.md} gives the reasons.
 *
 * @param frameBytes the longest frame after the handshake
 * @param consensusQueueBytes what may wait for one peer in the consensus lane
 * @param bulkQueueBytes what may wait for one peer in the bulk lane
 * @param totalQueueBytes what may wait for all peers of all groups together
 * @param clientBytes what all clients together may hold in unfinished requests and untaken answers
 * @param strangers connections that may be in their handshake at once
 * @param strangersPerAddress the same, from one address
 * @param connections accepted connections that may be there at once
 * @param connectionsPerAddress the same, from one address
 * @param connectTimeout until a connection must be there
 * @param handshakeTimeout until its handshake must be done
 * @param requestTimeout until a client's request that has begun must be there as a whole
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
    long clientBytes,
    int strangers,
    int strangersPerAddress,
    int connections,
    int connectionsPerAddress,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration requestTimeout,
    Duration keepAlive,
    Duration silence,
    Duration keyCheck,
    Duration firstRetry,
    Duration lastRetry) {

  private static final int FRAME_BYTES = 16 << 20;

  static final Limits DEFAULT =
      new Limits(
          FRAME_BYTES,
          1 << 20,
          16 << 20,
          128L << 20,
          clientBytes(memory()),
          256,
          64,
          8192,
          4096,
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
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

  /** A quarter of the memory, so that nodes find the rest; but two of the longest frames. */
  static long clientBytes(long memory) {
    return Math.max(2 * FRAME_BYTES, memory / 4);
  }

  /** Bytes pass through direct memory and through the heap; the smaller one counts. */
  private static long memory() {
    return Math.min(PlatformDependent.maxDirectMemory(), Runtime.getRuntime().maxMemory());
  }

  int queueBytes(Lane lane) {
    return lane == Lane.BULK ? bulkQueueBytes : consensusQueueBytes;
  }
}
