package io.balsa.raft.transport.netty;

import io.balsa.raft.Packet;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads frames.
 *
 * <ul>
 *   <li>What it returns is well-formed: terms and indexes in range, positions whole, entries
 *       consecutive with terms that never fall and never exceed the leader's.
 *   <li>Anything else is refused with a {@link MalformedFrameException}; it throws nothing else.
 *   <li>It allocates one array per entry, proposal, outcome or piece of a snapshot, and in total no
 *       more than a small multiple of the frame.
 * </ul>
 */
final class FrameDecoder {
  /** More entries, proposals or outcomes than this are not accepted in one frame. */
  static final int MAX_ITEMS = 1 << 20;

  /**
   * A frame.
   *
   * @param group which of the groups of the connection
   * @param packet its packet, or null if it is of a kind that this version does not know
   */
  record Frame(int group, Packet packet) {}

  private final FieldReader in;

  private FrameDecoder(FieldReader in) {
    this.in = in;
  }

  /** Reads a frame of at least one byte, without its length. */
  static Frame decode(ByteBuf frame) throws MalformedFrameException {
    try {
      return new FrameDecoder(new FieldReader(frame)).frame();
    } catch (MalformedFrameException e) {
      throw e;
    } catch (IOException e) {
      throw new MalformedFrameException("not protobuf: " + e.getMessage());
    }
  }

  private Frame frame() throws IOException {
    int group = 0;
    Packet packet = null;
    boolean unknown = false;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      Kind kind = (tag & 7) == Fields.LENGTH_DELIMITED ? Kind.ofField(tag >>> 3) : null;
      if (kind != null) {
        require(packet == null, "two packets in one frame");
        int outer = in.enter();
        packet = packet(kind);
        in.leave(outer);
      } else if (tag == Fields.tag(1, Fields.VARINT)) {
        group = in.smallNumber("the group");
      } else {
        in.skip(tag);
        unknown = true;
      }
    }
    require(packet != null || unknown, "a frame without a packet");
    return new Frame(group, packet);
  }

  private Packet packet(Kind kind) throws IOException {
    return switch (kind) {
      case APPEND_ENTRIES -> new Packet.Raft(appendEntries());
      case PROPOSALS -> new Packet.Proposals(proposals());
      case OUTCOMES -> new Packet.Outcomes(outcomes());
      case INSTALL_SNAPSHOT, SNAPSHOT_PIECE, SNAPSHOT_REQUEST -> SnapshotDecoder.read(kind, in);
      case CHANGE_CONFIGURATION -> changeConfiguration();
      case TRANSFER_LEADERSHIP -> transferLeadership();
      default -> new Packet.Raft(flat(kind));
    };
  }

  /** A message of numbers only. */
  private Message flat(Kind kind) throws IOException {
    long[] n = new long[kind.numbers()];
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (isNumber(tag, n.length)) {
        n[(tag >>> 3) - 1] = in.number();
      } else {
        in.skip(tag);
      }
    }
    return switch (kind) {
      case PRE_VOTE -> new Message.PreVote(term(n[0]), position(n[1], n[2]), n[3]);
      case PRE_VOTE_REPLY ->
          new Message.PreVoteReply(natural(n[0], "a term beyond all numbers"), n[1], n[2] != 0);
      case REQUEST_VOTE -> new Message.RequestVote(term(n[0]), position(n[1], n[2]), n[3] != 0);
      case REQUEST_VOTE_REPLY -> new Message.RequestVoteReply(term(n[0]), n[1] != 0);
      case APPEND_ENTRIES_ACCEPTED ->
          new Message.AppendEntriesAccepted(
              term(n[0]), n[1], natural(n[2], "a match index beyond all numbers"));
      case APPEND_ENTRIES_REJECTED ->
          new Message.AppendEntriesRejected(
              term(n[0]),
              n[1],
              natural(n[2], "a previous index beyond all numbers"),
              position(n[3], n[4]));
      case TIMEOUT_NOW -> new Message.TimeoutNow(term(n[0]));
      case READ_INDEX -> new Message.ReadIndex(term(n[0]), n[1], n[2] != 0);
      case READ_INDEX_REPLY ->
          new Message.ReadIndexReply(
              term(n[0]), n[1], natural(n[2], "an index beyond all numbers"));
      default -> throw new AssertionError("unhandled " + kind);
    };
  }

  static boolean isNumber(int tag, int numbers) {
    int field = tag >>> 3;
    return (tag & 7) == Fields.VARINT && field >= 1 && field <= numbers;
  }

  private Message appendEntries() throws IOException {
    long[] n = new long[Kind.APPEND_ENTRIES.numbers()];
    int entryTag = Fields.tag(n.length + 1, Fields.LENGTH_DELIMITED);
    int leaseTag = Fields.tag(n.length + 2, Fields.VARINT);
    boolean lease = false;
    List<Entry> entries = List.of();
    long lastTerm = 0;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == entryTag) {
        if (entries.isEmpty()) {
          lastTerm = position(n[2], n[3]).term();
          entries = new ArrayList<>(capacity());
        }
        long index = checkedIndex(n[3], entries.size());
        Entry entry = entry(index, lastTerm);
        lastTerm = entry.term();
        entries.add(entry);
      } else if (isNumber(tag, n.length)) {
        require(entries.isEmpty(), "entries before what they follow");
        n[(tag >>> 3) - 1] = in.number();
      } else if (tag == leaseTag) {
        lease = in.number() != 0;
      } else {
        in.skip(tag);
      }
    }
    LogPosition previous = position(n[2], n[3]);
    require(Math.max(lastTerm, previous.term()) <= term(n[0]), "an entry of a later term");
    return new Message.AppendEntries(
        n[0], n[1], previous, natural(n[4], "a commit index beyond all numbers"), entries, lease);
  }

  /** Room for items as small as they come, but not more than there are bytes to fill it. */
  private int capacity() {
    return Math.min(1 + in.remaining() / 64, MAX_ITEMS);
  }

  private static long checkedIndex(long previous, int count) throws MalformedFrameException {
    require(count < MAX_ITEMS, "more than " + MAX_ITEMS + " entries");
    require(previous < Long.MAX_VALUE - count, "an index beyond all numbers");
    return previous + count + 1;
  }

  private Entry entry(long index, long lastTerm) throws IOException {
    long term = 0;
    int type = 0;
    byte[] data = null;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 | Fields.VARINT -> term = in.number();
        case 2 << 3 | Fields.VARINT -> type = in.smallNumber("type of entry");
        case 3 << 3 | Fields.LENGTH_DELIMITED -> data = once(data, in.bytes());
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    EntryType known = EntryType.ofCode(type);
    require(known != null, "an entry of unknown type");
    require(term(term) >= lastTerm, "an entry of an earlier term than the one before");
    return new Entry(term, index, known, orNothing(data));
  }

  private List<Packet.Proposal> proposals() throws IOException {
    List<Packet.Proposal> proposals = new ArrayList<>(capacity());
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == Fields.tag(1, Fields.LENGTH_DELIMITED)) {
        require(proposals.size() < MAX_ITEMS, "more than " + MAX_ITEMS + " proposals");
        proposals.add(proposal());
      } else {
        in.skip(tag);
      }
    }
    return proposals;
  }

  private Packet.Proposal proposal() throws IOException {
    long id = 0;
    int type = 0;
    byte[] command = null;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 | Fields.VARINT -> id = in.number();
        case 2 << 3 | Fields.LENGTH_DELIMITED -> command = once(command, in.bytes());
        case 3 << 3 | Fields.VARINT -> type = in.smallNumber("type of proposal");
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    EntryType known = EntryType.ofCode(type);
    require(known == EntryType.COMMAND || known == EntryType.SESSION, "a proposal of another type");
    return new Packet.Proposal(id, known, orNothing(command));
  }

  private List<Packet.Outcome> outcomes() throws IOException {
    List<Packet.Outcome> outcomes = new ArrayList<>(capacity());
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (tag == Fields.tag(1, Fields.LENGTH_DELIMITED)) {
        require(outcomes.size() < MAX_ITEMS, "more than " + MAX_ITEMS + " outcomes");
        outcomes.add(outcome());
      } else {
        in.skip(tag);
      }
    }
    return outcomes;
  }

  private Packet.Outcome outcome() throws IOException {
    long id = 0;
    int result = 0;
    long index = 0;
    byte[] response = null;
    NodeId leader = null;
    int outer = in.enter();
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 | Fields.VARINT -> id = in.number();
        case 2 << 3 | Fields.VARINT -> result = in.smallNumber("result");
        case 3 << 3 | Fields.LENGTH_DELIMITED -> response = once(response, in.bytes());
        case 4 << 3 | Fields.LENGTH_DELIMITED -> leader = in.nodeId();
        case 5 << 3 | Fields.VARINT -> index = natural(in.number(), "an index beyond all numbers");
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    Packet.Result known = Packet.Result.ofCode(result);
    require(known != null, "an unknown result");
    return new Packet.Outcome(id, known, index, orNothing(response), leader);
  }

  private Packet changeConfiguration() throws IOException {
    long[] n = new long[Kind.CHANGE_CONFIGURATION.numbers()];
    byte[] target = null;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      if (isNumber(tag, n.length)) {
        n[(tag >>> 3) - 1] = in.number();
      } else if (tag == Fields.tag(3, Fields.LENGTH_DELIMITED)) {
        target = once(target, in.bytes());
      } else {
        in.skip(tag);
      }
    }
    Configuration configuration = configuration(orNothing(target));
    require(!configuration.isJoint(), "a joint configuration to get to");
    return new Packet.ChangeConfiguration(
        n[0], natural(n[1], "an index beyond all numbers"), configuration);
  }

  private Packet transferLeadership() throws IOException {
    long id = 0;
    NodeId target = null;
    for (int tag = in.tag(); tag != 0; tag = in.tag()) {
      switch (tag) {
        case 1 << 3 | Fields.VARINT -> id = in.number();
        case 2 << 3 | Fields.LENGTH_DELIMITED -> target = in.nodeId();
        default -> in.skip(tag);
      }
    }
    return new Packet.TransferLeadership(id, target);
  }

  static Configuration configuration(byte[] data) throws MalformedFrameException {
    try {
      return Configuration.fromBytes(data);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrameException("a configuration that is none");
    }
  }

  /** Protobuf lets the last of several win; repeating a large field only serves to waste memory. */
  static byte[] once(byte[] before, byte[] value) throws MalformedFrameException {
    require(before == null, "the same bytes twice");
    return value;
  }

  private static final byte[] NOTHING = {};

  static byte[] orNothing(byte[] bytes) {
    return bytes == null ? NOTHING : bytes;
  }

  static long term(long value) throws MalformedFrameException {
    require(value > 0, value == 0 ? "term 0" : "a term beyond all numbers");
    return value;
  }

  static long natural(long value, String otherwise) throws MalformedFrameException {
    require(value >= 0, otherwise);
    return value;
  }

  static LogPosition position(long term, long index) throws MalformedFrameException {
    require(term > 0 && index > 0 || term == 0 && index == 0, "half a position");
    return term == 0 ? LogPosition.ZERO : new LogPosition(term, index);
  }

  static void require(boolean condition, String otherwise) throws MalformedFrameException {
    if (!condition) {
      throw new MalformedFrameException(otherwise);
    }
  }
}
