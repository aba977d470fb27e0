package io.balsa.raft;

import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A link that keeps what is sent, as long as there is room. */
class KeptPackets implements Transport.Link {
  final List<Packet> packets = new ArrayList<>();
  int room = Integer.MAX_VALUE;

  List<List<Packet.Proposal>> proposals() {
    return packets.stream().map(p -> ((Packet.Proposals) p).proposals()).toList();
  }

  List<List<Packet.Outcome>> outcomes() {
    return packets.stream().map(p -> ((Packet.Outcomes) p).outcomes()).toList();
  }

  @Override
  public void introduce(Identity identity, String address, boolean formed) {}

  @Override
  public void setPeers(Collection<Member> peers) {}

  @Override
  public boolean send(NodeId to, Packet packet) {
    return packets.size() < room && packets.add(packet);
  }

  @Override
  public void close() {}
}
