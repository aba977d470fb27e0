package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ForwardingTest {
  private static final NodeId LEADER = new NodeId("n2");

  private final List<Packet.Proposal> sent = new ArrayList<>();
  private final ByteBudget budget = new ByteBudget(1 << 20);

  /** Keeps what is sent. */
  private final Transport.Link link =
      new Transport.Link() {
        @Override
        public void introduce(Identity identity, String address, boolean formed) {}

        @Override
        public void setPeers(Collection<Member> peers) {}

        @Override
        public boolean send(NodeId to, Packet packet) {
          sent.addAll(((Packet.Proposals) packet).proposals());
          return true;
        }

        @Override
        public void close() {}
      };

  private Forwarding life(long seed) {
    return new Forwarding(link, new Answers(), new SplittableRandom(seed));
  }

  private Proposal.Local proposal() {
    return new Proposal.Local(EntryType.COMMAND, new byte[] {1}, budget, new Seen());
  }

  @Test
  void cl02_theAnswerToAnEarlierLifeIsNotTakenForOneToThis() {
    life(1).send(LEADER, List.of(proposal()), 10);
    Packet.Outcome late = Packet.Outcome.notLeader(sent.get(0).id(), null);
    Forwarding restarted = life(2);
    restarted.send(LEADER, List.of(proposal()), 10);
    assertThat(restarted.settle(List.of(late))).isEmpty();
  }

  @Test
  void anAnswerFindsItsProposal() {
    Forwarding forwarding = life(1);
    Proposal.Local second = proposal();
    forwarding.send(LEADER, List.of(proposal(), second), 10);
    assertThat(forwarding.settle(List.of(Packet.Outcome.notLeader(sent.get(1).id(), null))))
        .containsExactly(second);
  }
}
