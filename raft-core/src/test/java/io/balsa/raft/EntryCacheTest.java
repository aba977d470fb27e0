package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCacheTest {
  private static final long LARGE = 1 << 20;

  private static List<Entry> entries(int count, int dataLength) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      entries.add(new Entry(1, i, EntryType.COMMAND, new byte[dataLength]));
    }
    return entries;
  }

  private static long size(List<Entry> entries) {
    return entries.stream().mapToLong(Entry::size).sum();
  }

  @Test
  void rp21_tinyEntriesDoNotGoByTheMillion() {
    EntryCache cache = new EntryCache(LARGE, 0);
    cache.add(entries(10_000, 1));
    List<Entry> batch = cache.get(1, 10_000, 6_500);
    assertThat(batch).hasSize(100);
    assertThat(size(batch)).isEqualTo(6_500);
    assertThat(cache.get(101, 150, 6_500)).hasSize(50);
  }

  @Test
  void oneEntryIsGivenHoweverLarge() {
    EntryCache cache = new EntryCache(LARGE, 0);
    cache.add(entries(3, 1_000));
    assertThat(cache.get(2, 3, 1)).hasSize(1);
  }

  @Test
  void theOldestLeaveButNoneThatIsNotOnDisk() {
    EntryCache cache = new EntryCache(10 * 65, 0);
    cache.add(entries(30, 1));
    cache.trim(5);
    assertThat(cache.has(5)).isFalse();
    assertThat(cache.has(6)).isTrue();
    cache.trim(30);
    assertThat(cache.has(20)).isFalse();
    assertThat(cache.has(21)).isTrue();
  }
}
