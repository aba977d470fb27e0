package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.NodeId;

/** What a node answers to a {@link ClientRequest}. */
public sealed interface ClientAnswer {

  /**
   * A session is open.
   *
   * @param session its number
   */
  record Opened(long session) implements ClientAnswer {}

  /** What was asked for is done, and there is nothing to tell. */
  record Done() implements ClientAnswer {}

  /**
   * The command was executed, now or when it was asked for earlier.
   *
   * @param index where it is in the log
   * @param response what the state machine answered
   */
  record Executed(long index, byte[] response) implements ClientAnswer {}

  /**
   * What the state machine said.
   *
   * @param value its answer
   */
  record Value(byte[] value) implements ClientAnswer {}

  /**
   * How the node sees its cluster.
   *
   * @param node who answers
   * @param leader who leads, or null if it knows of nobody
   * @param configurationIndex the index of the configuration: of two, the higher one is later
   * @param configuration the members, and where they are reached
   */
  record Status(NodeId node, NodeId leader, long configurationIndex, Configuration configuration)
      implements ClientAnswer {}

  /**
   * Not executed: only a leader does that.
   *
   * @param status who leads, as far as the node knows
   */
  record NotLeader(Status status) implements ClientAnswer {}

  /**
   * It was not done.
   *
   * @param problem what the client may do next
   * @param reason the same for people
   */
  record Failed(Problem problem, String reason) implements ClientAnswer {}

  /** Why not. The order of the constants is part of the wire format. */
  enum Problem {
    /** It may or may not be executed, now or later; asking again in the same session is safe. */
    UNKNOWN,
    /** Not executed: there is too much to do. It may be asked again, later. */
    BUSY,
    /** Not executed: this node can't do it now, another one may. */
    UNAVAILABLE,
    /** Not executed, and would not be on another node or later either. */
    REFUSED,
    /** The session has ended. What was asked in it earlier may be executed, this was not. */
    SESSION_LOST,
    /** It was executed when it was asked for earlier, but the answer is not kept any more. */
    ANSWER_LOST;

    private static final Problem[] BY_CODE = values();

    /**
     * The code of this problem on the wire.
     *
     * @return a small number, never reused
     */
    public int code() {
      return ordinal();
    }

    /**
     * The problem with this code.
     *
     * @param code what {@link #code()} gave
     * @return the problem, UNKNOWN if this version does not know the code
     */
    public static Problem ofCode(int code) {
      return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
    }
  }
}
