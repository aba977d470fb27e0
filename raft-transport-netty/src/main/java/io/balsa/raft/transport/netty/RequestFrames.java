package io.balsa.raft.transport.netty;

import io.balsa.raft.ClientRequest;
import io.balsa.raft.transport.netty.ClientFrame.Shape;
import io.netty.buffer.ByteBuf;

/** Requests of clients as frames, and back. */
final class RequestFrames {
  private static final int OPEN_SESSION = 2;
  private static final int KEEP_ALIVE = 3;
  private static final int CLOSE_SESSION = 4;
  private static final int COMMAND = 5;
  private static final int QUERY = 6;
  private static final int ASK_STATUS = 7;

  private static final Shape[] SHAPES = {
    new Shape(1, 0),
    new Shape(2, 0),
    new Shape(1, 0),
    new Shape(3, 1),
    new Shape(1, 1),
    new Shape(0, 0)
  };

  private static final long LINEARIZABLE = 0;

  /**
   * A request.
   *
   * @param id the client's number for it
   * @param request what it wants
   */
  record Asked(long id, ClientRequest request) {}

  private RequestFrames() {}

  static ClientFrame of(long id, ClientRequest request) {
    if (request instanceof ClientRequest.Propose p) {
      return frame(id, COMMAND, p.command(), p.session(), p.sequence(), p.answeredBelow());
    } else if (request instanceof ClientRequest.Read read) {
      return frame(id, QUERY, read.query(), LINEARIZABLE);
    } else if (request instanceof ClientRequest.OpenSession open) {
      return new ClientFrame(id, OPEN_SESSION, new long[] {open.timeoutMillis()});
    } else if (request instanceof ClientRequest.KeepAlive k) {
      return new ClientFrame(id, KEEP_ALIVE, new long[] {k.session(), k.answeredBelow()});
    } else if (request instanceof ClientRequest.CloseSession close) {
      return new ClientFrame(id, CLOSE_SESSION, new long[] {close.session()});
    } else if (request instanceof ClientRequest.Status) {
      return new ClientFrame(id, ASK_STATUS, new long[0]);
    }
    throw new AssertionError("unhandled " + request);
  }

  private static ClientFrame frame(long id, int kind, byte[] bytes, long... numbers) {
    return new ClientFrame(id, kind, numbers, bytes);
  }

  /** Reads a frame of at least one byte, without its length. */
  static Asked read(ByteBuf frame) throws MalformedFrameException {
    ClientFrame read = ClientFrame.read(frame, SHAPES);
    return new Asked(read.id(), request(read.kind(), read.numbers(), read.bytes()));
  }

  private static ClientRequest request(int kind, long[] n, byte[][] bytes)
      throws MalformedFrameException {
    for (long number : n) {
      FrameDecoder.natural(number, "a number beyond all numbers");
    }
    return switch (kind) {
      case OPEN_SESSION -> new ClientRequest.OpenSession(n[0]);
      case KEEP_ALIVE -> new ClientRequest.KeepAlive(n[0], n[1]);
      case CLOSE_SESSION -> new ClientRequest.CloseSession(n[0]);
      case COMMAND -> {
        FrameDecoder.require(n[1] > 0, "a command without a number");
        yield new ClientRequest.Propose(n[0], n[1], n[2], bytes[0]);
      }
      case QUERY ->
          n[0] == LINEARIZABLE
              ? new ClientRequest.Read(bytes[0])
              : new ClientRequest.Unknown("reads of level " + n[0]);
      case ASK_STATUS -> new ClientRequest.Status();
      default -> new ClientRequest.Unknown("this request");
    };
  }
}
