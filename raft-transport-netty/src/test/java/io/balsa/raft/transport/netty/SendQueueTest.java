package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** TR-03: the bounds, exactly. */
class SendQueueTest {
  private static OutgoingFrame frameOf(long weight) {
    OutgoingFrame empty = OutgoingFrame.of(0, Node.proposal(1, 1000));
    int overhead = (int) empty.wireSize() + SendQueue.OVERHEAD - 1000;
    OutgoingFrame frame = OutgoingFrame.of(0, Node.proposal(1, (int) weight - overhead));
    assertThat(frame.wireSize() + SendQueue.OVERHEAD).isEqualTo(weight);
    return frame;
  }

  @Test
  void tr03_takesExactlyUpToItsLimit() {
    AtomicLong all = new AtomicLong();
    SendQueue queue = new SendQueue(2000, all, 1 << 20);
    assertThat(queue.offer(frameOf(1000))).isTrue();
    assertThat(queue.offer(frameOf(1001))).isFalse();
    assertThat(queue.offer(frameOf(1000))).isTrue();
    assertThat(all.get()).isEqualTo(2000);
    assertThat(queue.offer(frameOf(1000))).isFalse();
    assertThat(queue.poll()).isNotNull();
    assertThat(queue.offer(frameOf(1000))).isTrue();
    queue.clear();
    assertThat(queue.poll()).isNull();
    assertThat(all.get()).isZero();
  }

  @Test
  void tr03_allQueuesShareALimit() {
    AtomicLong all = new AtomicLong();
    SendQueue first = new SendQueue(2000, all, 3000);
    SendQueue second = new SendQueue(2000, all, 3000);
    assertThat(first.offer(frameOf(1500))).isTrue();
    assertThat(second.offer(frameOf(1500))).isTrue();
    assertThat(second.offer(frameOf(500))).isFalse();
    assertThat(first.poll()).isNotNull();
    assertThat(second.offer(frameOf(500))).isTrue();
    assertThat(all.get()).isEqualTo(2000);
  }

  @Test
  void keepsCountWhenManyOffer() {
    AtomicLong all = new AtomicLong();
    SendQueue queue = new SendQueue(100_000, all, 1 << 20);
    List<CompletableFuture<Void>> offers =
        IntStream.range(0, 4)
            .mapToObj(
                t ->
                    Node.inThread(
                        () -> IntStream.range(0, 10_000).forEach(i -> queue.offer(frameOf(1000)))))
            .toList();
    while (!offers.stream().allMatch(CompletableFuture::isDone)) {
      queue.poll();
      assertThat(all.get()).isLessThanOrEqualTo(100_000 + 4 * 1000);
    }
    queue.clear();
    assertThat(all.get()).isZero();
  }
}
