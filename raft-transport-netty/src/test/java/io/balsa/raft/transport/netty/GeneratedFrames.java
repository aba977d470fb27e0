package io.balsa.raft.transport.netty;

import com.google.protobuf.ByteString;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.Message;
import io.balsa.raft.transport.netty.generated.AppendEntries;
import io.balsa.raft.transport.netty.generated.AppendEntriesAccepted;
import io.balsa.raft.transport.netty.generated.AppendEntriesRejected;
import io.balsa.raft.transport.netty.generated.Frame;
import io.balsa.raft.transport.netty.generated.Outcome;
import io.balsa.raft.transport.netty.generated.Outcomes;
import io.balsa.raft.transport.netty.generated.PreVote;
import io.balsa.raft.transport.netty.generated.PreVoteReply;
import io.balsa.raft.transport.netty.generated.Proposal;
import io.balsa.raft.transport.netty.generated.Proposals;
import io.balsa.raft.transport.netty.generated.ReadIndex;
import io.balsa.raft.transport.netty.generated.ReadIndexReply;
import io.balsa.raft.transport.netty.generated.RequestVote;
import io.balsa.raft.transport.netty.generated.RequestVoteReply;

/** Packets to the classes that protoc made of raft.proto. */
final class GeneratedFrames {
  private GeneratedFrames() {}

  static Frame of(int group, Packet packet) {
    Frame.Builder frame = Frame.newBuilder().setGroup(group);
    if (packet instanceof Packet.Proposals p) {
      Proposals.Builder b = Proposals.newBuilder();
      for (Packet.Proposal x : p.proposals()) {
        ByteString command = ByteString.copyFrom(x.command());
        b.addProposals(Proposal.newBuilder().setId(x.id()).setCommand(command));
      }
      return frame.setProposals(b).build();
    } else if (packet instanceof Packet.Outcomes o) {
      Outcomes.Builder b = Outcomes.newBuilder();
      o.outcomes().forEach(x -> b.addOutcomes(outcome(x)));
      return frame.setOutcomes(b).build();
    } else if (packet instanceof Packet.Raft r) {
      replication(frame, r.message());
      election(frame, r.message());
      return frame.build();
    }
    throw new AssertionError(packet);
  }

  private static Outcome outcome(Packet.Outcome x) {
    Outcome.Builder b =
        Outcome.newBuilder()
            .setId(x.id())
            .setResultValue(x.result().code())
            .setResponse(ByteString.copyFrom(x.response()));
    return x.leader() == null ? b.build() : b.setLeader(x.leader().value()).build();
  }

  private static void replication(Frame.Builder frame, Message message) {
    if (message instanceof Message.AppendEntries m) {
      AppendEntries.Builder b = AppendEntries.newBuilder().setTerm(m.term()).setRound(m.round());
      b.setPreviousTerm(m.previous().term()).setPreviousIndex(m.previous().index());
      b.setCommitIndex(m.commitIndex());
      m.entries().forEach(e -> b.addEntries(entry(e)));
      frame.setAppendEntries(b);
    } else if (message instanceof Message.AppendEntriesAccepted m) {
      frame.setAppendEntriesAccepted(
          AppendEntriesAccepted.newBuilder()
              .setTerm(m.term())
              .setRound(m.round())
              .setMatchIndex(m.matchIndex()));
    } else if (message instanceof Message.AppendEntriesRejected m) {
      frame.setAppendEntriesRejected(
          AppendEntriesRejected.newBuilder()
              .setTerm(m.term())
              .setRound(m.round())
              .setPreviousIndex(m.previousIndex())
              .setHintTerm(m.hint().term())
              .setHintIndex(m.hint().index()));
    } else if (message instanceof Message.ReadIndex m) {
      frame.setReadIndex(ReadIndex.newBuilder().setTerm(m.term()).setRound(m.round()));
    } else if (message instanceof Message.ReadIndexReply m) {
      frame.setReadIndexReply(
          ReadIndexReply.newBuilder().setTerm(m.term()).setRound(m.round()).setIndex(m.index()));
    }
  }

  private static io.balsa.raft.transport.netty.generated.Entry entry(Entry e) {
    return io.balsa.raft.transport.netty.generated.Entry.newBuilder()
        .setTerm(e.term())
        .setTypeValue(e.type().code())
        .setData(ByteString.copyFrom(e.data()))
        .build();
  }

  private static void election(Frame.Builder frame, Message message) {
    if (message instanceof Message.PreVote m) {
      frame.setPreVote(
          PreVote.newBuilder()
              .setTerm(m.term())
              .setLastTerm(m.last().term())
              .setLastIndex(m.last().index())
              .setRound(m.round()));
    } else if (message instanceof Message.PreVoteReply m) {
      frame.setPreVoteReply(
          PreVoteReply.newBuilder().setTerm(m.term()).setRound(m.round()).setGranted(m.granted()));
    } else if (message instanceof Message.RequestVote m) {
      frame.setRequestVote(
          RequestVote.newBuilder()
              .setTerm(m.term())
              .setLastTerm(m.last().term())
              .setLastIndex(m.last().index()));
    } else if (message instanceof Message.RequestVoteReply m) {
      frame.setRequestVoteReply(
          RequestVoteReply.newBuilder().setTerm(m.term()).setGranted(m.granted()));
    }
  }
}
