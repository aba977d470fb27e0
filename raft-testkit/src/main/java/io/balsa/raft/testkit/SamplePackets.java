package io.balsa.raft.testkit;

import io.balsa.raft.Packet;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Packets of every kind, and what is in them as text: records with arrays do not compare them.
 *
 * <ul>
 *   <li>No two numbers within a packet are equal, so fields that were swapped show.
 * </ul>
 */
final class SamplePackets {
  private static final int[] SIZES = {0, 1, 8, 127, 128, 300, 70_000};
  private static final long LARGE = 0x7123_4567_89ab_cdefL;

  private SamplePackets() {}

  static List<Packet> all() {
    List<Packet> all = new ArrayList<>();
    for (Message message : messages()) {
      all.add(new Packet.Raft(message));
    }
    all.add(new Packet.Proposals(List.of()));
    all.add(new Packet.Outcomes(List.of()));
    List<Packet.Proposal> proposals = new ArrayList<>();
    List<Packet.Outcome> outcomes = new ArrayList<>();
    for (int size : SIZES) {
      byte[] bytes = bytes(size);
      proposals.add(new Packet.Proposal(LARGE - size, EntryType.COMMAND, bytes));
      outcomes.add(new Packet.Outcome(size + 1, Packet.Result.EXECUTED, LARGE - size, bytes, null));
    }
    for (Packet.Result result : Packet.Result.values()) {
      outcomes.add(new Packet.Outcome(-5, result, 0, bytes(0), null));
    }
    NodeId leader = new NodeId("a.b_c-9");
    outcomes.add(new Packet.Outcome(LARGE, Packet.Result.NOT_LEADER, 0, bytes(0), leader));
    all.add(new Packet.Proposals(proposals));
    all.add(new Packet.Outcomes(outcomes));
    all.addAll(snapshotPackets());
    all.add(new Packet.ChangeConfiguration(-7, 80_000, configuration()));
    all.add(new Packet.TransferLeadership(LARGE, leader));
    all.add(new Packet.TransferLeadership(6, null));
    return all;
  }

  private static List<Packet> snapshotPackets() {
    UUID id = new UUID(LARGE - 3, -4);
    List<Packet> all = new ArrayList<>();
    all.add(new Packet.SnapshotRequest(id, 0));
    all.add(new Packet.SnapshotRequest(id, LARGE));
    for (int size : SIZES) {
      all.add(new Packet.SnapshotPiece(id, LARGE - size, -6 - size, bytes(size)));
    }
    return all;
  }

  /** Voters, one of which was none before, and a learner. */
  private static Configuration configuration() {
    return Configuration.of(
        List.of(member("n1", 7001), member("n2", 7002)), List.of(member("n4", 7004)));
  }

  private static Member member(String id, int port) {
    return new Member(new NodeId(id), "[::1]:" + port);
  }

  private static List<Message> messages() {
    LogPosition last = new LogPosition(3, 70_000);
    LogPosition far = new LogPosition(LARGE - 1, LARGE - 2);
    List<Message> messages = new ArrayList<>();
    for (boolean granted : new boolean[] {true, false}) {
      messages.add(new Message.PreVoteReply(7, 300, granted));
      messages.add(new Message.RequestVoteReply(LARGE, granted));
    }
    messages.addAll(
        List.of(
            new Message.PreVote(4, last, 9),
            new Message.PreVote(LARGE, far, -1),
            new Message.PreVote(1, LogPosition.ZERO, 0),
            new Message.RequestVote(5, last),
            new Message.RequestVote(LARGE, far, true),
            new Message.TimeoutNow(LARGE),
            new Message.InstallSnapshot(
                LARGE, 16, new Snapshot(new UUID(-1, 2), far, 50_000, configuration(), 40_000)),
            new Message.InstallSnapshot(
                9, -1, new Snapshot(new UUID(3, -4), last, 0, configuration(), LARGE)),
            new Message.InstallSnapshot(
                10, -2, new Snapshot(new UUID(3, -4), last, 0, configuration(), LARGE), true),
            new Message.AppendEntriesAccepted(4, 12, 70_000),
            new Message.AppendEntriesAccepted(LARGE, -1, 0),
            new Message.AppendEntriesRejected(6, 12, 80_000, last),
            new Message.AppendEntriesRejected(6, 13, 1, LogPosition.ZERO),
            new Message.ReadIndex(4, 17),
            new Message.ReadIndex(5, 19, true),
            new Message.ReadIndexReply(4, 18, 70_000),
            new Message.AppendEntries(1, 2, LogPosition.ZERO, 0, List.of()),
            new Message.AppendEntries(LARGE, 14, far, 90_000, List.of(), true),
            new Message.AppendEntries(8, 15, last, 60_000, entries(last)),
            new Message.AppendEntries(9, 16, last, 65_000, entries(last), true)));
    return messages;
  }

  /** Every type in every size, in rising terms. */
  private static List<Entry> entries(LogPosition previous) {
    List<Entry> entries = new ArrayList<>();
    for (EntryType type : EntryType.values()) {
      for (int size : SIZES) {
        long index = previous.index() + entries.size() + 1;
        entries.add(new Entry(previous.term() + type.code(), index, type, bytes(size)));
      }
    }
    return entries;
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + size);
    }
    return bytes;
  }

  /** Equal for packets with the same content, and in all likelihood only for them. */
  static String text(Packet packet) {
    if (packet instanceof Packet.Raft raft) {
      return text(raft.message());
    } else if (packet instanceof Packet.Proposals proposals) {
      return "proposals "
          + proposals.proposals().stream().map(p -> p.id() + " " + text(p.command())).toList();
    }
    if (packet instanceof Packet.Outcomes outcomes) {
      return "outcomes "
          + outcomes.outcomes().stream()
              .map(
                  o ->
                      (o.id() + " " + o.result() + " " + o.index() + " ")
                          + (text(o.response()) + " " + o.leader()))
              .toList();
    } else if (packet instanceof Packet.SnapshotPiece piece) {
      return ("piece " + piece.id() + " " + piece.offset())
          + (" " + piece.checksum() + " " + text(piece.bytes()));
    }
    return packet.toString();
  }

  private static String text(Message message) {
    if (message instanceof Message.AppendEntries append) {
      return append + append.entries().stream().map(e -> text(e.data())).toList().toString();
    } else if (message instanceof Message.InstallSnapshot install) {
      Snapshot s = install.snapshot();
      return install + " " + s.id() + " " + s.configurationIndex() + " " + s.configuration();
    }
    return message.toString();
  }

  private static String text(byte[] bytes) {
    return bytes.length + " bytes #" + Integer.toHexString(Arrays.hashCode(bytes));
  }
}
