package io.balsa.raft.transport.netty;

import io.balsa.raft.Packet;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Packets of all kinds with all sizes of numbers in them, well-formed, from a seed. */
final class RandomPackets {
  static final int KINDS = 17;

  private final Random random;

  RandomPackets(long seed) {
    this.random = new Random(seed);
  }

  Packet next() {
    return next(random.nextInt(KINDS));
  }

  Packet next(int kind) {
    long term = positive();
    return switch (kind) {
      case 0 -> raft(new Message.PreVote(term, position(), any()));
      case 1 -> raft(new Message.PreVoteReply(natural(), any(), random.nextBoolean()));
      case 2 -> raft(new Message.RequestVote(term, position(), random.nextBoolean()));
      case 3 -> raft(new Message.RequestVoteReply(term, random.nextBoolean()));
      case 4 -> raft(appendEntries(random.nextInt(8)));
      case 5 -> raft(new Message.AppendEntriesAccepted(term, any(), natural()));
      case 6 -> raft(new Message.AppendEntriesRejected(term, any(), natural(), position()));
      case 7 -> raft(new Message.ReadIndex(term, any(), random.nextBoolean()));
      case 8 -> raft(new Message.ReadIndexReply(term, any(), natural()));
      case 9 -> proposals();
      case 10 -> outcomes();
      case 11 -> raft(new Message.TimeoutNow(term));
      case 12 -> raft(installSnapshot());
      case 13 -> piece();
      case 14 -> new Packet.SnapshotRequest(uuid(), natural());
      case 15 -> new Packet.ChangeConfiguration(any(), natural(), configuration());
      case 16 -> new Packet.TransferLeadership(any(), idOrNull());
      default -> throw new AssertionError(kind);
    };
  }

  private static Packet raft(Message message) {
    return new Packet.Raft(message);
  }

  Message.AppendEntries appendEntries(int count) {
    LogPosition previous = random.nextInt(4) == 0 ? LogPosition.ZERO : smallPosition();
    long entryTerm = Math.max(1, previous.term());
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      entryTerm += random.nextInt(3);
      EntryType type = EntryType.values()[random.nextInt(EntryType.values().length)];
      entries.add(new Entry(entryTerm, previous.index() + i, type, bytes()));
    }
    long term = entryTerm + (random.nextBoolean() ? 0 : random.nextInt(1000));
    return new Message.AppendEntries(
        term, any(), previous, natural(), entries, random.nextBoolean());
  }

  private Packet proposals() {
    List<Packet.Proposal> proposals = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      proposals.add(
          new Packet.Proposal(
              any(), random.nextBoolean() ? EntryType.COMMAND : EntryType.SESSION, bytes()));
    }
    return new Packet.Proposals(proposals);
  }

  private Packet outcomes() {
    List<Packet.Outcome> outcomes = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      Packet.Result result = Packet.Result.values()[random.nextInt(Packet.Result.values().length)];
      outcomes.add(new Packet.Outcome(any(), result, natural(), bytes(), idOrNull()));
    }
    return new Packet.Outcomes(outcomes);
  }

  private Message installSnapshot() {
    LogPosition last = smallPosition();
    long term = last.term() + (random.nextBoolean() ? 0 : random.nextInt(1000));
    long index = random.nextInt(4) == 0 ? last.index() : random.nextLong(last.index() + 1);
    return new Message.InstallSnapshot(
        term,
        any(),
        new Snapshot(uuid(), last, index, anyConfiguration(), natural()),
        random.nextBoolean());
  }

  private Packet piece() {
    byte[] bytes = bytes();
    long offset = random.nextInt(4) == 0 ? Long.MAX_VALUE - bytes.length : natural() >> 1;
    return new Packet.SnapshotPiece(uuid(), offset, random.nextInt(), bytes);
  }

  private Configuration configuration() {
    List<Member> members = new ArrayList<>();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      members.add(new Member(new NodeId("n" + i), "host:" + (i + random.nextInt(9) * 100)));
    }
    int voters = 1 + random.nextInt(members.size());
    return Configuration.of(members.subList(0, voters), members.subList(voters, members.size()));
  }

  /** Joint ones too. */
  private Configuration anyConfiguration() {
    if (random.nextBoolean()) {
      return configuration();
    }
    String text = configuration() + "outgoing n" + random.nextInt(9) + "=old:" + 7000 + "\n";
    return Configuration.fromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private UUID uuid() {
    return random.nextInt(8) == 0 ? new UUID(0, 0) : new UUID(any(), any());
  }

  private NodeId idOrNull() {
    return random.nextBoolean() ? null : new NodeId("n" + random.nextInt(100));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Any 64 bits, with small, large and negative numbers all likely. */
  private long any() {
    return random.nextLong() >> random.nextInt(64);
  }

  private long natural() {
    return any() & Long.MAX_VALUE;
  }

  private long positive() {
    return Math.max(1, natural());
  }

  private LogPosition position() {
    return random.nextInt(4) == 0 ? LogPosition.ZERO : new LogPosition(positive(), positive());
  }

  private LogPosition smallPosition() {
    return new LogPosition((positive() >> 1) + 1, (positive() >> 1) + 1);
  }
}
