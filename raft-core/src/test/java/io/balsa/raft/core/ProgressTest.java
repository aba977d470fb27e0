package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Flow control of one follower (FC), and what must hold whatever comes back from it (rp07). */
class ProgressTest {
  private static final RaftOptions OPTIONS = new RaftOptions(10, 3, 100, 3, 1000);

  @Test
  void aProbeIsAlone() {
    Progress p = new Progress(OPTIONS, 5);
    assertThat(p.hasRoom()).isTrue();
    p.sentAndWaits(0);
    assertThat(p.hasRoom()).isFalse();
    p.matched(6, 1);
    assertThat(p.hasRoom()).isTrue();
    assertThat(p.isStreaming()).isTrue();
    assertThat(p.nextIndex()).isEqualTo(7);
  }

  @Test
  void aWindowHasSoManyMessages() {
    Progress p = streaming();
    for (int i = 1; i <= 3; i++) {
      assertThat(p.hasRoom()).isTrue();
      p.sent(i, 10, 0);
    }
    assertThat(p.hasRoom()).isFalse();
    p.matched(2, 1);
    p.sent(4, 10, 1);
    p.sent(5, 10, 1);
    assertThat(p.hasRoom()).isFalse();
  }

  @Test
  void aWindowHasSoManyBytesButRoomForOne() {
    Progress p = streaming();
    p.sent(1, 1000, 0);
    assertThat(p.hasRoom()).isFalse();
    p.matched(1, 0);
    assertThat(p.hasRoom()).isTrue();
    p.sent(2, 5000, 0); // larger than the window, and alone in it
    assertThat(p.hasRoom()).isFalse();
    p.matched(2, 0);
    assertThat(p.hasRoom()).isTrue();
  }

  @Test
  void rp13_nothingIsInFlightWhenAllIsAcknowledged() {
    Progress p = streaming();
    long last = 0;
    for (int i = 0; i < 100_000; i++) {
      p.sent(++last, 400, i);
      p.sent(++last, 400, i);
      p.matched(i % 3 == 0 ? last - 1 : last, i);
      p.matched(last, i);
      if (i % 7 == 0) {
        p.sent(++last, 900, i);
        p.lost();
        p.matched(last - 1, i);
        last--;
        p.sentAndWaits(i);
        p.matched(++last, i);
      }
      assertThat(p.hasRoom()).isTrue();
      assertThat(p.isStuck(i + 1000, 0, 0)).isFalse();
    }
  }

  @Test
  void whatIsOverdueIsStuck() {
    Progress p = new Progress(OPTIONS, 5);
    assertThat(p.isStuck(100, 6, 10)).isFalse();
    p.sentAndWaits(100);
    assertThat(p.isStuck(105, 6, 10)).isFalse();
    assertThat(p.isStuck(106, 6, 10)).isTrue();
    p.matched(5, 106);
    p.sent(6, 1, 106);
    assertThat(p.isStuck(115, 6, 10)).isFalse();
    assertThat(p.isStuck(116, 6, 10)).isTrue();
  }

  @Test
  void onlyWhatWasAskedLastCanBeRejected() {
    Progress p = new Progress(OPTIONS, 9);
    assertThat(p.isRejectedBy(8)).isTrue();
    assertThat(p.isRejectedBy(7)).isFalse();
    p.probe(4);
    assertThat(p.isRejectedBy(8)).isFalse(); // BT06: settled long ago
    p.matched(5, 0);
    assertThat(p.isRejectedBy(5)).isFalse();
    assertThat(p.isRejectedBy(6)).isTrue();
  }

  @Test
  void rp07_whateverComesBackTheMatchNeverFalls() {
    for (long seed = 0; seed < 2000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long last = 1 + random.nextInt(20);
      Progress p = new Progress(OPTIONS, last);
      long match = 0;
      for (int i = 0; i < 200; i++) {
        long index = random.nextLong(last + 1);
        switch (random.nextInt(6)) {
          case 0 -> p.matched(index, i);
          case 1 -> {
            if (p.isRejectedBy(index)) {
              p.probe(random.nextLong(index) + 1);
            }
          }
          case 2 -> {
            if (p.hasRoom() && p.nextIndex() <= last && p.isStreaming()) {
              p.sent(p.nextIndex() + random.nextLong(last - p.nextIndex() + 1), 50, i);
            } else if (p.hasRoom()) {
              p.sentAndWaits(i);
            }
          }
          case 3 -> last++;
          case 4 -> p.lost();
          default -> p.acked(index, 0);
        }
        assertThat(p.invariantsHold(last)).as("seed %s", seed).isTrue();
        assertThat(p.matchIndex()).isGreaterThanOrEqualTo(match);
        match = p.matchIndex();
      }
    }
  }

  private static Progress streaming() {
    Progress p = new Progress(OPTIONS, 1);
    p.matched(0, 0);
    return p;
  }
}
