package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientAnswer;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.transport.netty.ClientFrame.Shape;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Answers to clients as frames, and back. */
final class AnswerFrames {
  private static final int SESSION_OPENED = 2;
  private static final int DONE = 3;
  private static final int EXECUTED = 4;
  private static final int QUERY_RESULT = 5;
  private static final int CLUSTER_STATUS = 6;
  private static final int NOT_LEADER = 7;
  private static final int FAILED = 8;

  private static final Shape[] SHAPES = {
    new Shape(1, 0),
    new Shape(0, 0),
    new Shape(1, 1),
    new Shape(1, 1),
    new Shape(1, 3),
    new Shape(1, 3),
    new Shape(1, 1)
  };

  private static final int MAX_REASON_BYTES = 1024;

  /**
   * An answer.
   *
   * @param id the client's number for the request
   * @param answer what became of it
   */
  record Answered(long id, ClientAnswer answer) {}

  private AnswerFrames() {}

  static ClientFrame of(long id, ClientAnswer answer) {
    if (answer instanceof ClientAnswer.Executed e) {
      return new ClientFrame(id, EXECUTED, new long[] {e.index()}, e.response());
    } else if (answer instanceof ClientAnswer.Value v) {
      return new ClientFrame(id, QUERY_RESULT, new long[1], v.value());
    } else if (answer instanceof ClientAnswer.Opened o) {
      return new ClientFrame(id, SESSION_OPENED, new long[] {o.session()});
    } else if (answer instanceof ClientAnswer.Done) {
      return new ClientFrame(id, DONE, new long[0]);
    } else if (answer instanceof ClientAnswer.Status s) {
      return status(id, CLUSTER_STATUS, s);
    } else if (answer instanceof ClientAnswer.NotLeader n) {
      return status(id, NOT_LEADER, n.status());
    } else if (answer instanceof ClientAnswer.Failed f) {
      byte[] reason = f.reason().getBytes(StandardCharsets.UTF_8);
      byte[] shortened = Arrays.copyOf(reason, Math.min(reason.length, MAX_REASON_BYTES));
      return new ClientFrame(id, FAILED, new long[] {f.problem().code()}, shortened);
    }
    throw new AssertionError("unhandled " + answer);
  }

  private static ClientFrame status(long id, int kind, ClientAnswer.Status s) {
    return new ClientFrame(
        id,
        kind,
        new long[] {s.configurationIndex()},
        name(s.node()),
        name(s.leader()),
        s.configuration().toBytes());
  }

  private static byte[] name(NodeId id) {
    return id == null ? ClientFrame.nothing() : id.value().getBytes(StandardCharsets.US_ASCII);
  }

  /** Reads a frame of at least one byte, without its length. */
  static Answered read(ByteBuf frame) throws MalformedFrameException {
    ClientFrame read = ClientFrame.read(frame, SHAPES);
    return new Answered(read.id(), answer(read.kind(), read.numbers(), read.bytes()));
  }

  private static ClientAnswer answer(int kind, long[] n, byte[][] bytes)
      throws MalformedFrameException {
    for (long number : n) {
      FrameDecoder.natural(number, "a number beyond all numbers");
    }
    return switch (kind) {
      case SESSION_OPENED -> new ClientAnswer.Opened(n[0]);
      case DONE -> new ClientAnswer.Done();
      case EXECUTED -> new ClientAnswer.Executed(n[0], bytes[0]);
      case QUERY_RESULT -> new ClientAnswer.Value(bytes[0]);
      case CLUSTER_STATUS -> status(n[0], bytes);
      case NOT_LEADER -> new ClientAnswer.NotLeader(status(n[0], bytes));
      case FAILED ->
          new ClientAnswer.Failed(
              ClientAnswer.Problem.ofCode((int) Math.min(n[0], Integer.MAX_VALUE)),
              Wire.printable(new String(bytes[0], StandardCharsets.UTF_8)));
      default ->
          new ClientAnswer.Failed(ClientAnswer.Problem.UNKNOWN, "an answer of a later version");
    };
  }

  private static ClientAnswer.Status status(long index, byte[][] bytes)
      throws MalformedFrameException {
    NodeId node = nodeId(bytes[0]);
    FrameDecoder.require(node != null, "a status of nobody");
    return new ClientAnswer.Status(
        node, nodeId(bytes[1]), index, FrameDecoder.configuration(bytes[2]));
  }

  private static NodeId nodeId(byte[] name) throws MalformedFrameException {
    try {
      return name.length == 0 ? null : new NodeId(new String(name, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("a node id that is none");
    }
  }
}
