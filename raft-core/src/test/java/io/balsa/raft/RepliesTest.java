package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.NodeId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepliesTest {
  private static final NodeId ORIGIN = new NodeId("n2");
  private static final int COMMAND_BYTES = 2000;
  private static final Limits LIMITS =
      new Limits(1 << 20, 1 << 20, 1 << 20, 1000, 1, COMMAND_BYTES, 1 << 20, 1 << 20, 1 << 20);

  private final KeptPackets link = new KeptPackets();
  private final Replies replies = new Replies(link, LIMITS);

  private void executed(int id, int bytes) {
    replies.executed(ORIGIN, id, 10 + id, new byte[bytes]);
  }

  @Test
  void manyOutcomesGoBackInOnePacket() {
    executed(1, 1);
    executed(2, 1);
    assertThat(link.packets).isEmpty();
    replies.send();
    replies.send();
    assertThat(link.outcomes()).extracting(List::size).containsExactly(2);
  }

  @Test
  void rp21_outcomesGoBackInPacketsOfOneBatch() {
    executed(1, 400);
    executed(2, 400);
    executed(3, COMMAND_BYTES);
    executed(4, 1);
    executed(5, 1);
    assertThat(link.outcomes()).as("before anybody says so").extracting(List::size).contains(2, 1);
    replies.send();
    assertThat(link.outcomes()).extracting(List::size).containsExactly(2, 1, 2);
    assertThat(link.outcomes().stream().flatMap(List::stream).map(Packet.Outcome::id))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void rp21_whoseAnswerIsTooLargeIsToldThatAndNoMore() {
    executed(1, COMMAND_BYTES + 1);
    replies.send();
    Packet.Outcome outcome = link.outcomes().get(0).get(0);
    assertThat(outcome.result()).isEqualTo(Packet.Result.ANSWER_LOST);
    assertThat(new String(outcome.response(), StandardCharsets.UTF_8))
        .isEqualTo(
            "the command was executed, as entry 11 of the log; but its answer has 2001 bytes, and"
                + " the leader passes on at most 2000");
  }
}
