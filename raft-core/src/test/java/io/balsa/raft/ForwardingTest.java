package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.NodeId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ForwardingTest {
  private static final NodeId LEADER = new NodeId("n2");
  private static final int BATCH_BYTES = 1000;

  private final KeptPackets link = new KeptPackets();
  private final ByteBudget budget = new ByteBudget(1 << 20);

  private Forwarding life(long seed) {
    return new Forwarding(link, new Answers(), BATCH_BYTES, new SplittableRandom(seed));
  }

  private Proposal.Local proposal() {
    return proposal(1);
  }

  private Proposal.Local proposal(int bytes) {
    return new Proposal.Local(EntryType.COMMAND, new byte[bytes], budget, new Seen());
  }

  private List<Packet.Proposal> sent() {
    return link.proposals().stream().flatMap(List::stream).toList();
  }

  /** The leader says that it is none, so that the proposal comes back. */
  private List<Proposal.Local> refuse(Forwarding forwarding, Packet.Proposal proposal) {
    return forwarding.settle(List.of(Packet.Outcome.notLeader(proposal.id(), null)));
  }

  @Test
  void cl02_theAnswerToAnEarlierLifeIsNotTakenForOneToThis() {
    life(1).send(LEADER, List.of(proposal()), 10);
    Packet.Proposal earlier = sent().get(0);
    Forwarding restarted = life(2);
    restarted.send(LEADER, List.of(proposal()), 10);
    assertThat(refuse(restarted, earlier)).isEmpty();
  }

  @Test
  void anAnswerFindsItsProposal() {
    Forwarding forwarding = life(1);
    Proposal.Local second = proposal();
    forwarding.send(LEADER, List.of(proposal(), second), 10);
    assertThat(refuse(forwarding, sent().get(1))).containsExactly(second);
  }

  @Test
  void rp21_whatIsPassedOnGoesInPacketsOfOneBatch() {
    List<Proposal.Local> proposals =
        List.of(proposal(400), proposal(400), proposal(5000), proposal(1), proposal(1));
    assertThat(life(1).send(LEADER, proposals, 10)).isEmpty();
    assertThat(link.proposals()).extracting(List::size).containsExactly(2, 1, 2);
    assertThat(sent()).extracting(Packet.Proposal::id).doesNotHaveDuplicates();
    assertThat(sent()).extracting(p -> p.command().length).containsExactly(400, 400, 5000, 1, 1);
  }

  @Test
  void rp21_whatFindsNoRoomIsHandedBackInOrder() {
    Forwarding forwarding = life(1);
    List<Proposal.Local> proposals =
        List.of(proposal(900), proposal(900), proposal(900), proposal(900));
    link.room = 2;
    List<Proposal.Local> left = forwarding.send(LEADER, proposals, 10);
    assertThat(left).containsExactly(proposals.get(2), proposals.get(3));
    link.room = 4;
    assertThat(forwarding.send(LEADER, left, 10)).isEmpty();
    for (int i = 0; i < proposals.size(); i++) {
      assertThat(refuse(forwarding, sent().get(i))).containsExactly(proposals.get(i));
    }
  }
}
