package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * What nodes send to each other: messages of the algorithm, and proposals on their way to the
 * leader and back.
 */
public sealed interface Packet {

  /**
   * A message of the algorithm.
   *
   * @param message the message
   */
  record Raft(Message message) implements Packet {}

  /**
   * Proposals made on a node that does not lead. The receiver never passes them on a second time.
   *
   * @param proposals the proposals, in order
   */
  record Proposals(List<Proposal> proposals) implements Packet {}

  /**
   * What became of forwarded proposals.
   *
   * @param outcomes one for each, in any order
   */
  record Outcomes(List<Outcome> outcomes) implements Packet {}

  /**
   * A change of the configuration, asked for on a node that does not lead. Answered by {@link
   * Outcomes}.
   *
   * @param id the sender's number for it
   * @param expectedIndex the index of the configuration that the change is made to
   * @param target the simple configuration to get to
   */
  record ChangeConfiguration(long id, long expectedIndex, Configuration target) implements Packet {}

  /**
   * A transfer of the leadership, asked for on a node that does not lead. Answered by {@link
   * Outcomes}.
   *
   * @param id the sender's number for it
   * @param target who should lead, or null for whoever suits best
   */
  record TransferLeadership(long id, NodeId target) implements Packet {}

  /**
   * Asks for a piece of a snapshot that was announced.
   *
   * @param id the snapshot
   * @param offset where the piece begins
   */
  record SnapshotRequest(UUID id, long offset) implements Packet {}

  /**
   * A piece of a snapshot. Travels with what is large, so that nothing small waits for it.
   *
   * @param id the snapshot
   * @param offset where the piece begins
   * @param checksum the CRC32C of the bytes
   * @param bytes the piece
   */
  record SnapshotPiece(UUID id, long offset, int checksum, byte[] bytes) implements Packet {}

  /**
   * One forwarded proposal.
   *
   * @param id the sender's number for it
   * @param type COMMAND or SESSION
   * @param command the command for the state machine, or what a session's client wants
   */
  record Proposal(long id, EntryType type, byte[] command) {

    /**
     * What it counts as where packets are bounded.
     *
     * @return the bytes of the command, and {@link Entry#OVERHEAD}
     */
    public long size() {
      return size(command);
    }

    static long size(byte[] command) {
      return (long) command.length + Entry.OVERHEAD;
    }
  }

  /**
   * What became of one forwarded proposal.
   *
   * @param id the sender's number for it
   * @param result what happened
   * @param index at which index of the log if the result is EXECUTED, else 0; 0 also for what takes
   *     no single place there
   * @param response the state machine's answer if the result is EXECUTED, the reason in UTF-8 if it
   *     is REFUSED or ANSWER_LOST, else empty
   * @param leader the leader the receiver knows if the result is NOT_LEADER, or null
   */
  record Outcome(long id, Result result, long index, byte[] response, NodeId leader) {
    private static final byte[] NOTHING = {};

    /**
     * What it counts as where packets are bounded.
     *
     * @return the bytes of the response, and {@link Entry#OVERHEAD}
     */
    public long size() {
      return (long) response.length + Entry.OVERHEAD;
    }

    static Outcome executed(long id, long index, byte[] response) {
      return new Outcome(id, Result.EXECUTED, index, response, null);
    }

    static Outcome notLeader(long id, NodeId leader) {
      return new Outcome(id, Result.NOT_LEADER, 0, NOTHING, leader);
    }

    static Outcome busy(long id) {
      return new Outcome(id, Result.BUSY, 0, NOTHING, null);
    }

    static Outcome refused(long id, String reason) {
      byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
      return new Outcome(id, Result.REFUSED, 0, bytes, null);
    }

    static Outcome answerLost(long id, String reason) {
      byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
      return new Outcome(id, Result.ANSWER_LOST, 0, bytes, null);
    }

    static Outcome unknown(long id) {
      return new Outcome(id, Result.UNKNOWN, 0, NOTHING, null);
    }
  }

  /** The result of a forwarded proposal. The order of the constants is part of the wire format. */
  enum Result {
    /** Committed and applied. */
    EXECUTED,
    /** Not executed: the receiver does not lead. */
    NOT_LEADER,
    /** Not executed: the receiver has too much to do. */
    BUSY,
    /** It may or may not be executed, now or later. */
    UNKNOWN,
    /** Not executed, and would not be on another node either. */
    REFUSED,
    /** Committed and applied, but the state machine's answer is larger than what is passed on. */
    ANSWER_LOST;

    private static final Result[] BY_CODE = values();

    /**
     * The code of this result on the wire.
     *
     * @return a small number, never reused
     */
    public int code() {
      return ordinal();
    }

    /**
     * The result with this code.
     *
     * @param code what {@link #code()} gave
     * @return the result, or null if this version does not know the code
     */
    public static Result ofCode(int code) {
      return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
  }
}
