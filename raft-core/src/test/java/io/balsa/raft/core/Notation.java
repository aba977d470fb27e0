package io.balsa.raft.core;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;

/** How decisions and messages are written down in transcripts. */
final class Notation {
  private Notation() {}

  /** A line, or null for what the transcript tells otherwise. */
  static String decision(NodeId node, Decision decision) {
    if (decision instanceof Decision.RoleChanged d) {
      return node
          + "  "
          + role(d.from())
          + " ⇨ "
          + role(d.to())
          + " term="
          + d.term()
          + ": "
          + d.reason();
    } else if (decision instanceof Decision.Voted d) {
      return d.granted()
          ? node + "  grants " + d.candidate()
          : node + "  denies " + d.candidate() + ": " + d.reason();
    } else if (decision instanceof Decision.Appended d) {
      return node + "  append " + range(d.first(), d.last());
    } else if (decision instanceof Decision.Truncated d) {
      return node + "  truncate " + d.first();
    } else if (decision instanceof Decision.Compacted d) {
      return node + "  compacts up to " + d.start();
    } else if (decision instanceof Decision.Installed d) {
      return node + "  installs " + d.snapshot();
    } else if (decision instanceof Decision.Committed d) {
      return node + "  commit " + d.index();
    } else if (decision instanceof Decision.Reconfigured d) {
      return node + "  configuration " + configuration(d.configuration());
    } else if (decision instanceof Decision.Noted d) {
      return node + "  notes: " + d.text();
    } else if (decision instanceof Decision.Refused d) {
      return node + "  refuses " + d.from() + ": " + d.reason();
    } else {
      return null;
    }
  }

  static String packet(NodeId from, String arrow, NodeId to, Message message) {
    return from + arrow + to + " " + message(message);
  }

  private static String message(Message message) {
    String name = message.getClass().getSimpleName() + " " + message.term();
    if (message instanceof Message.PreVote m) {
      return name + " last=" + m.last();
    } else if (message instanceof Message.RequestVote m) {
      return name + " last=" + m.last() + (m.transfer() ? " transfer" : "");
    } else if (message instanceof Message.PreVoteReply m) {
      return name + granted(m.granted());
    } else if (message instanceof Message.RequestVoteReply m) {
      return name + granted(m.granted());
    } else if (message instanceof Message.AppendEntries m) {
      return name
          + " previous="
          + m.previous()
          + entries(m.previous().index(), m.lastIndex())
          + " commit="
          + m.commitIndex()
          + " round="
          + m.round()
          + (m.lease() ? " lease" : "");
    } else if (message instanceof Message.AppendEntriesAccepted m) {
      return name + " match=" + m.matchIndex() + " round=" + m.round();
    } else if (message instanceof Message.AppendEntriesRejected m) {
      return name + " previous=" + m.previousIndex() + " hint=" + m.hint() + " round=" + m.round();
    } else if (message instanceof Message.InstallSnapshot m) {
      return name + " " + m.snapshot().last() + " round=" + m.round() + (m.lease() ? " lease" : "");
    } else if (message instanceof Message.TimeoutNow) {
      return name;
    } else if (message instanceof Message.ReadIndex m) {
      return name + " round=" + m.round() + (m.byLease() ? " by lease" : "");
    } else if (message instanceof Message.ReadIndexReply m) {
      return name + " round=" + m.round() + " index=" + m.index();
    } else {
      throw new AssertionError("unhandled " + message);
    }
  }

  private static String granted(boolean granted) {
    return granted ? " granted" : " denied";
  }

  private static String entries(long previous, long last) {
    if (last <= previous) {
      return "";
    }
    return " entries=" + (previous + 1) + (last > previous + 1 ? ".." + last : "");
  }

  private static String range(LogPosition first, LogPosition last) {
    return first.equals(last) ? first.toString() : first + ".." + last;
  }

  static String role(Role role) {
    return role.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static String configuration(Configuration c) {
    return "voters="
        + ids(c.voters())
        + (c.isJoint() ? " outgoing=" + ids(c.outgoing()) : "")
        + (c.learners().isEmpty() ? "" : " learners=" + learners(c))
        + (c.isPrepared() ? " next(" + configuration(c.next()) + ")" : "");
  }

  private static String learners(Configuration c) {
    return c.learners().stream()
        .map(m -> name(m) + (c.isRejoining(m.id()) ? "(rejoining)" : ""))
        .collect(Collectors.joining(","));
  }

  private static String name(Member m) {
    UUID incarnation = m.incarnation();
    return incarnation == null
        ? m.id().value()
        : m.id() + "#" + incarnation.getLeastSignificantBits();
  }

  private static String ids(List<Member> members) {
    return members.stream().map(Notation::name).collect(Collectors.joining(","));
  }

  /** One node on one line: {@code n1 leader term=2 vote=n1 commit=3 log=1 2 2}. */
  static String status(TestNode node) {
    if (!node.isUp()) {
      return node.id + "  down";
    }
    Raft raft = node.raft();
    return node.id
        + "  "
        + role(raft.role())
        + " term="
        + raft.term()
        + " vote="
        + (raft.votedFor() == null ? "none" : raft.votedFor())
        + " leader="
        + (raft.leader() == null ? "none" : raft.leader())
        + " commit="
        + raft.commitIndex()
        + " log="
        + node.log().stream().map(e -> "" + e.term()).collect(Collectors.joining(" "));
  }
}
