package io.balsa.raft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The outline of a log against a twin that keeps every entry. */
class LogOutlineTest {
  private static RaftLog empty() {
    return new RaftLog(RestoredState.empty(Cluster.configuration("n1")));
  }

  private static RaftLog of(long... terms) {
    RaftLog log = empty();
    for (int i = 0; i < terms.length; i++) {
      log.append(new Entry(terms[i], i + 1, EntryType.COMMAND, new byte[4]));
    }
    return log;
  }

  @Test
  void itKnowsWhatALogOfAllEntriesKnows() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RaftLog log = empty();
      List<Entry> twin = new ArrayList<>();
      long term = 1;
      for (int i = 0; i < 120; i++) {
        if (random.nextInt(6) == 0 && !twin.isEmpty()) {
          int keep = twin.size() - random.nextInt(twin.size());
          twin.subList(keep - 1, twin.size()).clear();
          log.truncate(keep);
        } else {
          term += random.nextInt(5) == 0 ? 1 : 0;
          byte[] data = new byte[random.nextInt(20)];
          Entry entry = new Entry(term, twin.size() + 1, EntryType.COMMAND, data);
          twin.add(entry);
          log.append(entry);
        }
        assertThat(log.lastIndex()).isEqualTo(twin.size());
        for (int index = 1; index <= twin.size(); index++) {
          assertThat(log.termAt(index)).isEqualTo(twin.get(index - 1).term());
        }
        long at = random.nextInt(twin.size() + 3);
        long other = random.nextLong(term + 2);
        assertThat(log.lastAgreeable(new LogPosition(other, at)).index())
            .isEqualTo(twinAgreeable(twin, other, at));
        checkSizes(log, twin, random);
      }
    }
  }

  private static long twinAgreeable(List<Entry> twin, long term, long index) {
    long i = Math.min(index, twin.size());
    while (i > 0 && twin.get((int) i - 1).term() > term) {
      i--;
    }
    return i;
  }

  private static void checkSizes(RaftLog log, List<Entry> twin, SplittableRandom random) {
    if (twin.isEmpty() || !log.knowsSizesFrom(1)) {
      return;
    }
    int first = 1 + random.nextInt(twin.size());
    long limit = random.nextInt(400);
    long bytes = 0;
    int last = first - 1;
    while (last < twin.size() && bytes + twin.get(last).size() <= limit) {
      bytes += twin.get(last++).size();
    }
    long expected = Math.max(first, last);
    assertThat(log.lastWithin(first, limit)).isEqualTo(expected);
    if (last >= first) {
      assertThat(log.bytes(first, last)).isEqualTo(bytes);
    }
  }

  @Test
  void sizesOfTheYoungestEntriesAreKnown() {
    RaftLog log = empty();
    int count = 70_000;
    for (int i = 1; i <= count; i++) {
      log.append(new Entry(1, i, EntryType.COMMAND, new byte[i % 3]));
    }
    assertThat(log.knowsSizesFrom(1)).isFalse();
    assertThat(log.knowsSizesFrom(count - 60_000)).isTrue();
    assertThat(log.bytes(count - 2, count)).isEqualTo(3 * 64 + 3);
    log.truncate(100);
    assertThat(log.knowsSizesFrom(99)).isFalse();
    log.append(new Entry(2, 100, EntryType.COMMAND, new byte[8]));
    assertThat(log.knowsSizesFrom(100)).isTrue();
    assertThat(log.bytes(100, 100)).isEqualTo(72);
  }

  @Test
  void bt01_aWholeTermIsSkipped() {
    RaftLog leader = of(1, 2, 2, 4, 4, 4, 4);
    RaftLog follower = of(1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    LogPosition hint = follower.lastAgreeable(leader.last());
    assertThat(hint).isEqualTo(new LogPosition(3, 7));
    assertThat(leader.lastAgreeable(hint)).isEqualTo(new LogPosition(2, 3));
  }

  @Test
  void bt03_theFollowersHintGoesBelowItsLaterTerms() {
    RaftLog leader = of(1, 1, 1, 1);
    RaftLog follower = of(1, 2, 2, 4);
    LogPosition hint = follower.lastAgreeable(leader.last());
    assertThat(hint).isEqualTo(new LogPosition(1, 1));
  }

  @Test
  void whatWouldDestroyTheLogThrows() {
    RaftLog log = of(1, 1, 2);
    log.commit(2);
    assertThatThrownBy(() -> log.truncate(2)).hasMessageContaining("2 is committed");
    assertThatThrownBy(() -> log.commit(1)).hasMessageContaining("2 is committed of 3");
    assertThatThrownBy(() -> log.commit(4)).hasMessageContaining("2 is committed of 3");
    assertThatThrownBy(() -> log.termAt(4)).hasMessageContaining("a log from 0@0 to 3");
    assertThatThrownBy(() -> log.append(Entry.noOp(2, 5))).hasMessageContaining("ends at 3");
  }
}
