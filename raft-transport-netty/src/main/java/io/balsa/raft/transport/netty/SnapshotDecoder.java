package io.balsa.raft.transport.netty;

import io.balsa.raft.Packet;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.util.UUID;

/**
 * Reads packets about snapshots. They have numbers, then the snapshot's id, then bytes.
 *
 * <ul>
 *   <li>A snapshot that is announced stands for something, and for no more than the leader has.
 *   <li>The end of a piece is in range, however it was made up.
 * </ul>
 */
final class SnapshotDecoder {
  private static final long MAX_CHECKSUM = 0xffff_ffffL;

  private final Kind kind;
  private final long[] n;
  private UUID id;
  private byte[] bytes;
  private boolean lease;

  private SnapshotDecoder(Kind kind) {
    this.kind = kind;
    this.n = new long[kind.numbers()];
  }

  /** Reads what is left of a message of one of the three kinds. */
  static Packet read(Kind kind, FieldReader in) throws IOException {
    SnapshotDecoder decoder = new SnapshotDecoder(kind);
    decoder.readFields(in);
    FrameDecoder.require(decoder.id != null, "a snapshot without an id");
    return decoder.packet();
  }

  private void readFields(FieldReader in) throws IOException {
    int idTag = Fields.tag(n.length + 1, Fields.LENGTH_DELIMITED);
    int bytesTag = Fields.tag(n.length + 2, Fields.LENGTH_DELIMITED);
    int leaseTag = Fields.tag(n.length + 3, Fields.VARINT);
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (FrameDecoder.isNumber(tag, n.length)) {
        n[(tag >>> 3) - 1] = in.number();
      } else if (tag == idTag) {
        id = in.uuid();
      } else if (tag == bytesTag && kind != Kind.SNAPSHOT_REQUEST) {
        bytes = FrameDecoder.once(bytes, in.bytes());
      } else if (tag == leaseTag && kind == Kind.INSTALL_SNAPSHOT) {
        lease = in.number() != 0;
      } else {
        in.skip(tag);
      }
    }
  }

  private Packet packet() throws IOException {
    return switch (kind) {
      case INSTALL_SNAPSHOT -> new Packet.Raft(installSnapshot());
      case SNAPSHOT_PIECE -> piece();
      case SNAPSHOT_REQUEST -> new Packet.SnapshotRequest(id, offset(n[0]));
      default -> throw new AssertionError("unhandled " + kind);
    };
  }

  private Message installSnapshot() throws IOException {
    long term = FrameDecoder.term(n[0]);
    LogPosition last = FrameDecoder.position(n[2], n[3]);
    FrameDecoder.require(last.index() > 0, "a snapshot of nothing");
    FrameDecoder.require(last.term() <= term, "a snapshot of a later term");
    FrameDecoder.require(
        n[4] >= 0 && n[4] <= last.index(), "a configuration from behind its snapshot");
    long size = FrameDecoder.natural(n[5], "a size beyond all numbers");
    var configuration = FrameDecoder.configuration(FrameDecoder.orNothing(bytes));
    return new Message.InstallSnapshot(
        term, n[1], new Snapshot(id, last, n[4], configuration, size), lease);
  }

  private Packet piece() throws IOException {
    byte[] piece = FrameDecoder.orNothing(bytes);
    long offset = offset(n[0]);
    FrameDecoder.require(offset <= Long.MAX_VALUE - piece.length, "an end beyond all numbers");
    FrameDecoder.require(n[1] >= 0 && n[1] <= MAX_CHECKSUM, "a checksum beyond 32 bits");
    return new Packet.SnapshotPiece(id, offset, (int) n[1], piece);
  }

  private static long offset(long value) throws IOException {
    return FrameDecoder.natural(value, "an offset beyond all numbers");
  }
}
