package io.balsa.raft.transport.netty;

import com.google.protobuf.CodedOutputStream;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * A packet that was measured and is ready to be written, once, into a buffer of exactly its size.
 *
 * <ul>
 *   <li>{@link #writeTo} writes {@link #wireSize} bytes, the same that protobuf's own classes
 *       write.
 *   <li>Entries are consecutive; since their indexes are not on the wire, others are not accepted.
 * </ul>
 */
final class OutgoingFrame {
  /** Bytes of the length in front of a frame. */
  static final int LENGTH_BYTES = 4;

  private static final byte[] NOTHING = {};

  private final Kind kind;
  private final int group;
  private final long[] numbers;
  private final Tail tail;
  private final Packet packet;
  private final long bodySize;

  private OutgoingFrame(Kind kind, int group, Packet packet, long itemsSize, long... numbers) {
    this.kind = kind;
    this.group = group;
    this.packet = packet;
    this.numbers = numbers;
    this.tail = null;
    this.bodySize = Fields.numbersSize(numbers) + itemsSize;
  }

  private OutgoingFrame(Kind kind, int group, Packet packet, Tail tail, long... numbers) {
    this.kind = kind;
    this.group = group;
    this.packet = packet;
    this.numbers = numbers;
    this.tail = tail;
    this.bodySize = Fields.numbersSize(numbers) + tail.size();
  }

  /**
   * What follows the numbers of some kinds.
   *
   * @param id a snapshot's, or null if this kind has none
   * @param bytes in the field after that
   * @param lease in the field after that, if this kind has one
   */
  private record Tail(UUID id, byte[] bytes, boolean lease) {
    Tail(UUID id, byte[] bytes) {
      this(id, bytes, false);
    }

    long size() {
      return (id == null ? 0 : Fields.uuidSize())
          + Fields.bytesSize(bytes)
          + Fields.numberSize(bit(lease));
    }

    void writeTo(CodedOutputStream out, int firstField) throws IOException {
      if (id != null) {
        Fields.writeUuid(out, firstField, id);
      }
      int field = id == null ? firstField : firstField + 1;
      Fields.writeBytes(out, field, bytes);
      Fields.writeNumber(out, field + 1, bit(lease));
    }
  }

  /**
   * Measures a packet.
   *
   * @throws IllegalArgumentException if its entries are not consecutive
   */
  static OutgoingFrame of(int group, Packet packet) {
    if (packet instanceof Packet.Raft raft) {
      return of(group, packet, raft.message());
    } else if (packet instanceof Packet.Proposals p) {
      return new OutgoingFrame(Kind.PROPOSALS, group, packet, proposalsSize(p.proposals()));
    } else if (packet instanceof Packet.Outcomes o) {
      return new OutgoingFrame(Kind.OUTCOMES, group, packet, outcomesSize(o.outcomes()));
    } else if (packet instanceof Packet.SnapshotPiece p) {
      Tail tail = new Tail(p.id(), p.bytes());
      long checksum = Integer.toUnsignedLong(p.checksum());
      return new OutgoingFrame(Kind.SNAPSHOT_PIECE, group, packet, tail, p.offset(), checksum);
    } else if (packet instanceof Packet.SnapshotRequest r) {
      Tail tail = new Tail(r.id(), NOTHING);
      return new OutgoingFrame(Kind.SNAPSHOT_REQUEST, group, packet, tail, r.offset());
    } else if (packet instanceof Packet.ChangeConfiguration c) {
      Tail tail = new Tail(null, c.target().toBytes());
      return new OutgoingFrame(
          Kind.CHANGE_CONFIGURATION, group, packet, tail, c.id(), c.expectedIndex());
    } else if (packet instanceof Packet.TransferLeadership t) {
      Tail tail = new Tail(null, name(t.target()));
      return new OutgoingFrame(Kind.TRANSFER_LEADERSHIP, group, packet, tail, t.id());
    }
    throw new AssertionError("unhandled " + packet);
  }

  private static byte[] name(NodeId id) {
    return id == null ? NOTHING : id.value().getBytes(StandardCharsets.US_ASCII);
  }

  private static OutgoingFrame of(int group, Packet packet, Message message) {
    if (message instanceof Message.AppendEntries m) {
      LogPosition p = m.previous();
      return new OutgoingFrame(
          Kind.APPEND_ENTRIES,
          group,
          packet,
          entriesSize(m),
          m.term(),
          m.round(),
          p.term(),
          p.index(),
          m.commitIndex());
    } else if (message instanceof Message.AppendEntriesAccepted m) {
      return flat(Kind.APPEND_ENTRIES_ACCEPTED, group, packet, m.term(), m.round(), m.matchIndex());
    } else if (message instanceof Message.AppendEntriesRejected m) {
      LogPosition hint = m.hint();
      return flat(
          Kind.APPEND_ENTRIES_REJECTED,
          group,
          packet,
          m.term(),
          m.round(),
          m.previousIndex(),
          hint.term(),
          hint.index());
    } else if (message instanceof Message.ReadIndex m) {
      return flat(Kind.READ_INDEX, group, packet, m.term(), m.round(), bit(m.byLease()));
    } else if (message instanceof Message.ReadIndexReply m) {
      return flat(Kind.READ_INDEX_REPLY, group, packet, m.term(), m.round(), m.index());
    } else if (message instanceof Message.InstallSnapshot m) {
      Snapshot s = m.snapshot();
      return new OutgoingFrame(
          Kind.INSTALL_SNAPSHOT,
          group,
          packet,
          new Tail(s.id(), s.configuration().toBytes(), m.lease()),
          m.term(),
          m.round(),
          s.last().term(),
          s.last().index(),
          s.configurationIndex(),
          s.bytes());
    }
    return ofElection(group, packet, message);
  }

  private static OutgoingFrame ofElection(int group, Packet packet, Message message) {
    if (message instanceof Message.PreVote m) {
      LogPosition last = m.last();
      return flat(Kind.PRE_VOTE, group, packet, m.term(), last.term(), last.index(), m.round());
    } else if (message instanceof Message.PreVoteReply m) {
      return flat(Kind.PRE_VOTE_REPLY, group, packet, m.term(), m.round(), bit(m.granted()));
    } else if (message instanceof Message.RequestVote m) {
      LogPosition last = m.last();
      return flat(
          Kind.REQUEST_VOTE, group, packet, m.term(), last.term(), last.index(), bit(m.transfer()));
    } else if (message instanceof Message.RequestVoteReply m) {
      return flat(Kind.REQUEST_VOTE_REPLY, group, packet, m.term(), bit(m.granted()));
    } else if (message instanceof Message.TimeoutNow m) {
      return flat(Kind.TIMEOUT_NOW, group, packet, m.term());
    }
    throw new AssertionError("unhandled " + message);
  }

  private static OutgoingFrame flat(Kind kind, int group, Packet packet, long... numbers) {
    return new OutgoingFrame(kind, group, packet, 0, numbers);
  }

  private static long bit(boolean flag) {
    return flag ? 1 : 0;
  }

  /** A heartbeat is an AppendEntries without entries. */
  Lane lane() {
    return switch (kind) {
      case PROPOSALS, OUTCOMES, SNAPSHOT_PIECE -> Lane.BULK;
      case APPEND_ENTRIES -> itemCount() == 0 ? Lane.CONSENSUS : Lane.BULK;
      default -> Lane.CONSENSUS;
    };
  }

  /** How many entries, proposals or outcomes there are. */
  int itemCount() {
    return switch (kind) {
      case APPEND_ENTRIES -> entries().size();
      case PROPOSALS -> ((Packet.Proposals) packet).proposals().size();
      case OUTCOMES -> ((Packet.Outcomes) packet).outcomes().size();
      default -> 0;
    };
  }

  /** The bytes of the frame together with its length. A long, because nobody has checked it yet. */
  long wireSize() {
    return LENGTH_BYTES + frameSize();
  }

  private long frameSize() {
    return Fields.numberSize(group)
        + Fields.tagSize(kind.field())
        + Fields.varintSize(bodySize)
        + bodySize;
  }

  /** Writes the length and the frame, {@link #wireSize} bytes. */
  void writeTo(CodedOutputStream out) throws IOException {
    out.writeFixed32NoTag(Integer.reverseBytes((int) frameSize()));
    Fields.writeNumber(out, 1, group);
    Fields.writeMessageHead(out, kind.field(), (int) bodySize);
    for (int i = 0; i < numbers.length; i++) {
      Fields.writeNumber(out, i + 1, numbers[i]);
    }
    switch (kind) {
      case APPEND_ENTRIES -> writeEntries(out);
      case PROPOSALS -> writeProposals(out);
      case OUTCOMES -> writeOutcomes(out);
      default -> {}
    }
    if (tail != null) {
      tail.writeTo(out, numbers.length + 1);
    }
  }

  private List<Entry> entries() {
    return ((Message.AppendEntries) ((Packet.Raft) packet).message()).entries();
  }

  private static long entriesSize(Message.AppendEntries m) {
    List<Entry> entries = m.entries();
    long index = m.previous().index();
    long size = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry e = entries.get(i);
      if (e.index() != ++index) {
        throw new IllegalArgumentException("entry " + e.position() + " in the place of " + index);
      }
      size += Fields.messageSize(entrySize(e));
    }
    return size + Fields.numberSize(bit(m.lease()));
  }

  private static long entrySize(Entry e) {
    return Fields.numberSize(e.term())
        + Fields.numberSize(e.type().code())
        + Fields.bytesSize(e.data());
  }

  private void writeEntries(CodedOutputStream out) throws IOException {
    List<Entry> entries = entries();
    for (int i = 0; i < entries.size(); i++) {
      Entry e = entries.get(i);
      Fields.writeMessageHead(out, Kind.APPEND_ENTRIES.numbers() + 1, (int) entrySize(e));
      Fields.writeNumber(out, 1, e.term());
      Fields.writeNumber(out, 2, e.type().code());
      Fields.writeBytes(out, 3, e.data());
    }
    boolean lease = ((Message.AppendEntries) ((Packet.Raft) packet).message()).lease();
    Fields.writeNumber(out, Kind.APPEND_ENTRIES.numbers() + 2, bit(lease));
  }

  private static long proposalsSize(List<Packet.Proposal> proposals) {
    long size = 0;
    for (int i = 0; i < proposals.size(); i++) {
      size += Fields.messageSize(proposalSize(proposals.get(i)));
    }
    return size;
  }

  private static long proposalSize(Packet.Proposal p) {
    return Fields.numberSize(p.id())
        + Fields.bytesSize(p.command())
        + Fields.numberSize(p.type().code());
  }

  private void writeProposals(CodedOutputStream out) throws IOException {
    for (Packet.Proposal p : ((Packet.Proposals) packet).proposals()) {
      Fields.writeMessageHead(out, 1, (int) proposalSize(p));
      Fields.writeNumber(out, 1, p.id());
      Fields.writeBytes(out, 2, p.command());
      Fields.writeNumber(out, 3, p.type().code());
    }
  }

  private static long outcomesSize(List<Packet.Outcome> outcomes) {
    long size = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      size += Fields.messageSize(outcomeSize(outcomes.get(i)));
    }
    return size;
  }

  private static long outcomeSize(Packet.Outcome o) {
    return Fields.numberSize(o.id())
        + Fields.numberSize(o.result().code())
        + Fields.bytesSize(o.response())
        + Fields.idSize(o.leader())
        + Fields.numberSize(o.index());
  }

  private void writeOutcomes(CodedOutputStream out) throws IOException {
    for (Packet.Outcome o : ((Packet.Outcomes) packet).outcomes()) {
      Fields.writeMessageHead(out, 1, (int) outcomeSize(o));
      Fields.writeNumber(out, 1, o.id());
      Fields.writeNumber(out, 2, o.result().code());
      Fields.writeBytes(out, 3, o.response());
      Fields.writeId(out, 4, o.leader());
      Fields.writeNumber(out, 5, o.index());
    }
  }
}
