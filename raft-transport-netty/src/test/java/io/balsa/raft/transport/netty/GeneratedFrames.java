package io.balsa.raft.transport.netty;

import com.google.protobuf.ByteString;
import io.balsa.raft.Packet;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.Message;
import io.balsa.raft.transport.netty.generated.AppendEntries;
import io.balsa.raft.transport.netty.generated.AppendEntriesAccepted;
import io.balsa.raft.transport.netty.generated.AppendEntriesRejected;
import io.balsa.raft.transport.netty.generated.ChangeConfiguration;
import io.balsa.raft.transport.netty.generated.Frame;
import io.balsa.raft.transport.netty.generated.InstallSnapshot;
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
import io.balsa.raft.transport.netty.generated.SnapshotPiece;
import io.balsa.raft.transport.netty.generated.SnapshotRequest;
import io.balsa.raft.transport.netty.generated.TimeoutNow;
import io.balsa.raft.transport.netty.generated.TransferLeadership;
import java.nio.ByteBuffer;
import java.util.UUID;

/** Packets to the classes that protoc made of raft.proto. */
final class GeneratedFrames {
  private GeneratedFrames() {}

  static Frame of(int group, Packet packet) {
    Frame.Builder frame = Frame.newBuilder().setGroup(group);
    if (packet instanceof Packet.Proposals p) {
      Proposals.Builder b = Proposals.newBuilder();
      for (Packet.Proposal x : p.proposals()) {
        ByteString command = ByteString.copyFrom(x.command());
        b.addProposals(
            Proposal.newBuilder().setId(x.id()).setCommand(command).setTypeValue(x.type().code()));
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
    ofSnapshots(frame, packet);
    ofAdministration(frame, packet);
    return frame.build();
  }

  private static void ofSnapshots(Frame.Builder frame, Packet packet) {
    if (packet instanceof Packet.SnapshotRequest p) {
      frame.setSnapshotRequest(
          SnapshotRequest.newBuilder().setId(bytes(p.id())).setOffset(p.offset()));
    } else if (packet instanceof Packet.SnapshotPiece p) {
      frame.setSnapshotPiece(
          SnapshotPiece.newBuilder()
              .setId(bytes(p.id()))
              .setOffset(p.offset())
              .setChecksum(p.checksum())
              .setData(ByteString.copyFrom(p.bytes())));
    }
  }

  private static void ofAdministration(Frame.Builder frame, Packet packet) {
    if (packet instanceof Packet.ChangeConfiguration p) {
      frame.setChangeConfiguration(
          ChangeConfiguration.newBuilder()
              .setId(p.id())
              .setExpectedIndex(p.expectedIndex())
              .setTarget(ByteString.copyFrom(p.target().toBytes())));
    } else if (packet instanceof Packet.TransferLeadership p) {
      TransferLeadership.Builder b = TransferLeadership.newBuilder().setId(p.id());
      frame.setTransferLeadership(p.target() == null ? b : b.setTarget(p.target().value()));
    }
  }

  private static ByteString bytes(UUID id) {
    byte[] bytes =
        ByteBuffer.allocate(16)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return ByteString.copyFrom(bytes);
  }

  private static InstallSnapshot installSnapshot(Message.InstallSnapshot m) {
    return InstallSnapshot.newBuilder()
        .setTerm(m.term())
        .setRound(m.round())
        .setLastTerm(m.snapshot().last().term())
        .setLastIndex(m.snapshot().last().index())
        .setConfigurationIndex(m.snapshot().configurationIndex())
        .setSize(m.snapshot().bytes())
        .setLease(m.lease())
        .setId(bytes(m.snapshot().id()))
        .setConfiguration(ByteString.copyFrom(m.snapshot().configuration().toBytes()))
        .build();
  }

  private static Outcome outcome(Packet.Outcome x) {
    Outcome.Builder b =
        Outcome.newBuilder()
            .setId(x.id())
            .setResultValue(x.result().code())
            .setIndex(x.index())
            .setResponse(ByteString.copyFrom(x.response()));
    return x.leader() == null ? b.build() : b.setLeader(x.leader().value()).build();
  }

  private static void replication(Frame.Builder frame, Message message) {
    if (message instanceof Message.AppendEntries m) {
      AppendEntries.Builder b = AppendEntries.newBuilder().setTerm(m.term()).setRound(m.round());
      b.setPreviousTerm(m.previous().term()).setPreviousIndex(m.previous().index());
      b.setCommitIndex(m.commitIndex());
      b.setLease(m.lease());
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
    } else if (message instanceof Message.InstallSnapshot m) {
      frame.setInstallSnapshot(installSnapshot(m));
    } else if (message instanceof Message.ReadIndex m) {
      frame.setReadIndex(
          ReadIndex.newBuilder().setTerm(m.term()).setRound(m.round()).setByLease(m.byLease()));
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
              .setLastIndex(m.last().index())
              .setTransfer(m.transfer()));
    } else if (message instanceof Message.TimeoutNow m) {
      frame.setTimeoutNow(TimeoutNow.newBuilder().setTerm(m.term()));
    } else if (message instanceof Message.RequestVoteReply m) {
      frame.setRequestVoteReply(
          RequestVoteReply.newBuilder().setTerm(m.term()).setGranted(m.granted()));
    }
  }
}
