package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A state machine that takes its time: what it was given meanwhile has become another thing. */
class ApplierTest {
  /** Remembers which numbers it was given. */
  private static final class Numbers implements StateMachine {
    private List<Long> numbers = new ArrayList<>();

    @Override
    public byte[] apply(long index, byte[] command) {
      numbers.add(index);
      return new byte[0];
    }

    @Override
    public SnapshotWriter snapshot() {
      List<Long> copy = List.copyOf(numbers);
      return out -> {
        for (long number : copy) {
          out.write(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
        }
      };
    }

    @Override
    public void restore(InputStream image) throws IOException {
      List<Long> restored = new ArrayList<>();
      ByteBuffer all = ByteBuffer.wrap(image.readAllBytes());
      while (all.hasRemaining()) {
        restored.add(all.getLong());
      }
      numbers = restored;
    }
  }

  /** Has one snapshot, or can't be read. */
  private static final class OneSnapshot extends NoSnapshots {
    private Snapshot latest;
    private byte[] image;
    private IOException failure;

    @Override
    public Snapshot latest() {
      return latest;
    }

    @Override
    public InputStream open(Snapshot snapshot) throws IOException {
      if (failure != null) {
        throw failure;
      }
      return snapshot.equals(latest) ? new ByteArrayInputStream(image) : null;
    }

    Snapshot install(long index) throws IOException {
      latest =
          new Snapshot(
              new UUID(1, index), new LogPosition(1, index), 0, Configuration.NONE, image(index));
      return latest;
    }

    private long image(long index) throws IOException {
      ReplicatedState state = new ReplicatedState(new Numbers(), 1 << 20);
      for (long i = 1; i <= index; i++) {
        state.apply(entry(i));
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      state.capture(true).writeTo(out);
      image = out.toByteArray();
      return image.length;
    }
  }

  private final OneSnapshot snapshots = new OneSnapshot();
  private final Mailbox<Mail> loop = new Mailbox<>(new IdleRunner());
  private final Numbers numbers = new Numbers();
  private Applier applier;

  @BeforeEach
  void begin() {
    applier =
        new Applier(
            new ReplicatedState(numbers, 1 << 20),
            1 << 20,
            new Mailbox<>(new IdleRunner()),
            loop,
            new IdleRunner(),
            new Replies(null, Limits.forHeap(1 << 30)));
  }

  private static Entry entry(long index) {
    return new Entry(1, index, EntryType.COMMAND, new byte[] {1});
  }

  private void apply(long first, long last) {
    List<Entry> entries = new ArrayList<>();
    for (long index = first; index <= last; index++) {
      entries.add(entry(index));
    }
    applier.apply(entries, null);
  }

  private static List<Long> upTo(long last) {
    List<Long> numbers = new ArrayList<>();
    for (long index = 1; index <= last; index++) {
      numbers.add(index);
    }
    return numbers;
  }

  @Test
  void sn12_aSnapshotThatAnotherHasReplacedBeforeItWasRestoredIsPassedOver() throws IOException {
    applier.restore(1, snapshots, snapshots.install(3));
    apply(4, 5);
    Snapshot next = snapshots.install(8);
    applier.poll();
    assertThat(applier.appliedIndex()).as("the entries need what was not restored").isZero();
    assertThat(numbers.numbers).isEmpty();
    applier.restore(1, snapshots, next);
    apply(9, 10);
    applier.poll();
    assertThat(numbers.numbers).isEqualTo(upTo(10));
    assertThat(applier.appliedIndex()).isEqualTo(10);
    assertThat(loop.take()).isEmpty();
  }

  @Test
  void sn12_aSnapshotThatCouldNotBeOpenedIsRestoredWhenTheStorageIsOpenAgain() throws IOException {
    IOException closed = new IOException("the log is closed");
    snapshots.failure = closed;
    Snapshot snapshot = snapshots.install(3);
    applier.restore(1, snapshots, snapshot);
    apply(4, 5);
    applier.poll();
    assertThat(loop.take()).containsExactly(new Mail.StorageFailed(1, closed));
    snapshots.failure = null;
    applier.giveAgain();
    assertThat(applier.handedIndex()).isZero();
    applier.restore(2, snapshots, snapshot);
    apply(4, 5);
    applier.poll();
    assertThat(numbers.numbers).isEqualTo(upTo(5));
  }

  @Test
  void cl11_whatIsStillToBeDoneWhenTheStorageIsOpenedAgainIsDoneOnce() throws IOException {
    applier.restore(1, snapshots, snapshots.install(3));
    apply(4, 5);
    applier.giveAgain();
    assertThat(applier.handedIndex()).isZero();
    applier.restore(2, snapshots, snapshots.latest());
    apply(4, 6);
    applier.poll();
    assertThat(numbers.numbers).isEqualTo(upTo(6));
    applier.giveAgain();
    assertThat(applier.handedIndex()).isEqualTo(6);
  }

  private static RecoveredLog logOf(long term, long lastIndex, long commitIndex) {
    LogPosition first = new LogPosition(1, 1);
    List<LogPosition> terms =
        term == 1 ? List.of(first) : List.of(first, new LogPosition(term, lastIndex));
    return new RecoveredLog(
        HardState.INITIAL, LogPosition.ZERO, terms, lastIndex, List.of(), commitIndex);
  }

  @Test
  void sn08_whatWasAppliedIsKnownToBeCommittedIfTheLogThatIsOpenedHasIt() {
    assertThat(applier.committed(logOf(1, 7, 2))).isEqualTo(2);
    apply(1, 5);
    applier.poll();
    assertThat(applier.committed(logOf(1, 7, 2))).isEqualTo(5);
    assertThat(applier.committed(logOf(1, 7, 6))).isEqualTo(6);
    assertThat(applier.committed(logOf(2, 6, 2))).isEqualTo(5);
    assertThat(applier.committed(logOf(2, 5, 2))).as("another entry is there").isEqualTo(2);
    assertThat(applier.committed(logOf(1, 4, 2))).as("it is not on the disk").isEqualTo(2);
  }
}
