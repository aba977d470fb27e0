package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is written, in which portions, and when it is reported; see docs/testing.md for the ids. */
class LogWriterTest {
  private static final Snapshot SNAPSHOT =
      new Snapshot(new UUID(1, 1), new LogPosition(2, 50), 0, Configuration.NONE, 10);

  /** Writes down what it is told to do, and after how many syncs it fails. */
  private final class Recorder extends NoStore {
    private int failsAtSync = Integer.MAX_VALUE;

    @Override
    public void append(List<Entry> entries, long commitIndex) {
      List<LogPosition> positions = entries.stream().map(Entry::position).toList();
      done.add("append " + positions + " committed " + commitIndex);
      bytes.add(entries.stream().mapToLong(Entry::size).sum());
    }

    @Override
    public void saveHardState(HardState hardState) {
      done.add("term " + hardState.term());
    }

    @Override
    public void sync() {
      if (++syncs == failsAtSync) {
        throw new IllegalStateException("no disk");
      }
      done.add("sync");
      reportedBeforeSync.addAll(loop.take());
    }

    @Override
    public SnapshotStore snapshots() {
      return new NoSnapshots() {
        @Override
        public void activate(Snapshot snapshot) {
          done.add("activate " + snapshot.last());
        }
      };
    }

    @Override
    public void restartAfter(LogPosition position) {
      done.add("restart after " + position);
    }
  }

  private final List<String> done = new ArrayList<>();
  private final List<Long> bytes = new ArrayList<>();
  private final List<Mail> reportedBeforeSync = new ArrayList<>();
  private int syncs;
  private int wakes;
  private final Mailbox<LogWriter.Task> tasks = new Mailbox<>(new IdleRunner());
  private final Mailbox<Mail> loop = new Mailbox<>(new IdleRunner());
  private final Recorder store = new Recorder();
  private final Environment environment = Environment.system();
  private final long portion = environment.limits().syncBytes();
  private final LogWriter writer = writer(store);

  private LogWriter writer(LogStore to) {
    return new LogWriter(null, "g", environment, to, new CountingRunner(), tasks, loop);
  }

  /** Polls once, and as often as it was woken by itself. */
  private void pollAll() {
    for (int polls = 0; polls <= wakes; polls++) {
      writer.poll();
    }
  }

  private final class CountingRunner extends IdleRunner {
    @Override
    public void wake() {
      wakes++;
    }
  }

  private static Entry entry(long term, long index, int size) {
    return new Entry(term, index, EntryType.COMMAND, new byte[size]);
  }

  private void save(
      long token, HardState state, Snapshot snapshot, long commitIndex, Entry... entries) {
    tasks.put(
        new LogWriter.Task.Write(
            new Effects.Save(token, state, snapshot, List.of(entries), commitIndex)));
  }

  private static HardState term(long term) {
    return new HardState(term, new NodeId("n1"));
  }

  @Test
  void savesThatHaveGatheredShareASync() {
    save(1, null, null, 0, entry(1, 1, 1));
    save(2, null, null, 1, entry(1, 2, 1), entry(1, 3, 1));
    save(3, null, null, 2, entry(1, 2, 1));
    writer.poll();
    assertThat(done).containsExactly("append [1@1, 2@1, 3@1, 2@1] committed 2", "sync");
    assertThat(loop.take()).containsExactly(new Mail.Persisted(1, 3));
  }

  @Test
  void el22_theTermAndTheSnapshotKeepTheirPlacesBetweenTheEntries() {
    save(1, null, null, 1, entry(1, 2, 1));
    save(2, term(2), null, 1, entry(2, 3, 1));
    save(3, null, null, 2, entry(2, 4, 1));
    save(4, null, SNAPSHOT, 50, entry(2, 51, 1));
    save(5, term(3), SNAPSHOT, 50);
    writer.poll();
    assertThat(done)
        .containsExactly(
            "append [2@1] committed 1",
            "term 2",
            "append [3@2, 4@2] committed 2",
            "activate 50@2",
            "restart after 50@2",
            "append [51@2] committed 50",
            "term 3",
            "activate 50@2",
            "restart after 50@2",
            "sync");
    assertThat(loop.take()).containsExactly(new Mail.Persisted(1, 5));
  }

  @Test
  void st19_aBacklogIsReportedPortionByPortion() {
    for (int i = 1; i <= 40; i++) {
      save(i, null, null, 0, entry(1, i, 1 << 20));
    }
    pollAll();
    assertThat(bytes)
        .hasSize(5)
        .allSatisfy(b -> assertThat(b).isBetween(portion, portion + (1 << 20)));
    assertThat(reportedBeforeSync)
        .containsExactly(
            new Mail.Persisted(1, 8),
            new Mail.Persisted(1, 16),
            new Mail.Persisted(1, 24),
            new Mail.Persisted(1, 32));
    assertThat(loop.take()).containsExactly(new Mail.Persisted(1, 40));
  }

  @Test
  void st03_afterAPortionThatFailedNothingMoreIsWrittenOrReported() {
    store.failsAtSync = 2;
    for (int i = 1; i <= 4; i++) {
      save(i, null, null, 0, entry(1, i, (int) portion));
    }
    tasks.put(new LogWriter.Task.Discard(1));
    pollAll();
    assertThat(done)
        .containsExactly("append [1@1] committed 0", "sync", "append [2@1] committed 0");
    assertThat(reportedBeforeSync).isEmpty();
    assertThat(loop.take())
        .hasSize(2)
        .startsWith(new Mail.Persisted(1, 1))
        .element(1)
        .isInstanceOf(Mail.StorageFailed.class);
  }

  /** What each save costs must not depend on how many others there are. */
  @Test
  void st19_aBacklogOfSmallSavesIsNotCopiedForEachOfThem() throws IOException {
    int count = 20_000;
    for (int i = 1; i <= count; i++) {
      save(i, null, null, 0, entry(1, i, 1));
    }
    LogStore idle =
        new NoStore() {
          @Override
          public void append(List<Entry> entries, long commitIndex) {
            assertThat(entries).hasSize(count);
          }

          @Override
          public void sync() {}
        };
    LogWriter plain = writer(idle);
    long before = allocated();
    plain.poll();
    assertThat(allocated() - before).isLessThan(1000L * count);
    assertThat(loop.take()).containsExactly(new Mail.Persisted(1, count));
  }

  private static long allocated() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
