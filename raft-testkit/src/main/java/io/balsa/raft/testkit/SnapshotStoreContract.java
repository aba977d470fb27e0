package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link SnapshotStore} must do, and what its {@link LogStore} must do once snapshots
 * stand for entries. A store says how it is opened, as for {@link LogStoreContract}; a directory of
 * another name is another place, from which snapshots are received.
 */
public abstract class SnapshotStoreContract extends StoragePlace {
  /** Of a cluster that the node does not know yet: it learns of it from the first snapshot. */
  private static final Identity PEER =
      new Identity(new UUID(8, 8), new NodeId("n2"), new UUID(3, 3));

  private static final Configuration MEMBERS =
      Configuration.of(List.of(Member.parse("n1=host:1"), Member.parse("n2=host:2")))
          .withClusterId(PEER.clusterId());

  private final Random random = new Random(7);
  private Storage peerStorage;
  private SnapshotStore peer;

  /** For subclasses. */
  protected SnapshotStoreContract() {}

  @BeforeEach
  void openPeer() throws IOException {
    peerStorage = open(parent.resolve("peer"));
    LogStore peerLog = peerStorage.open(GROUP, PEER, ENVIRONMENT);
    peerLog.saveHardState(new HardState(9, null));
    peer = peerLog.snapshots();
  }

  @AfterEach
  void closePeer() throws IOException {
    peerStorage.close();
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Snapshot publish(SnapshotStore store, long term, long index, byte[] image)
      throws IOException {
    UUID id = new UUID(term, index);
    LogPosition last = new LogPosition(term, index);
    try (SnapshotStore.Image out = store.create(id, last, index / 2, MEMBERS)) {
      int half = image.length / 2;
      out.write(image, 0, half);
      for (int i = half; i < Math.min(image.length, half + 3); i++) {
        out.write(image[i]);
      }
      int written = Math.min(image.length, half + 3);
      out.write(image, written, image.length - written);
      return out.publish();
    }
  }

  private Snapshot publish(long term, long index) throws IOException {
    return publish(log.snapshots(), term, index, bytes(100));
  }

  private static byte[] image(SnapshotStore store, Snapshot snapshot) throws IOException {
    try (InputStream in = store.open(snapshot)) {
      return in.readAllBytes();
    }
  }

  private byte[] sent(Snapshot snapshot) throws IOException {
    return peer.read(snapshot.id(), 0, Integer.MAX_VALUE);
  }

  /** Receives a snapshot that the peer has, up to the moment before it becomes the latest one. */
  private Snapshot receive(long term, long index) throws IOException {
    Snapshot snapshot = publish(peer, term, index, bytes(200));
    try (SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot)) {
      receipt.write(sent(snapshot));
      receipt.verify();
    }
    return snapshot;
  }

  private void install(Snapshot snapshot) throws IOException {
    log.snapshots().activate(snapshot);
    log.restartAfter(snapshot.last());
  }

  @Test
  void aNewStoreHasNoSnapshot() throws IOException {
    assertThat(log.snapshots().latest()).isNull();
    assertThat(log.snapshots().read(new UUID(1, 1), 0, 100)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 300_000})
  void sn03_aPublishedSnapshotIsTheLatestAlsoAfterReopening(int size) throws IOException {
    log.append(entries(1, 10, 3), 10);
    log.sync();
    byte[] image = bytes(size);
    Snapshot made = publish(log.snapshots(), 3, 10, image);
    assertThat(made)
        .isEqualTo(new Snapshot(new UUID(3, 10), new LogPosition(3, 10), 5, MEMBERS, made.bytes()));
    assertThat(made.bytes()).isGreaterThan(size);
    for (int i = 0; i < 2; i++) {
      assertThat(log.snapshots().latest()).isEqualTo(made);
      assertThat(image(log.snapshots(), made)).isEqualTo(image);
      reopen();
    }
  }

  @Test
  void sn04_anImageThatIsNotPublishedLeavesNothing() throws IOException {
    SnapshotStore store = log.snapshots();
    SnapshotStore.Image closed = store.create(new UUID(1, 1), new LogPosition(1, 1), 0, MEMBERS);
    closed.write(bytes(100_000));
    closed.close();
    closed.close();
    assertThatIOException().isThrownBy(closed::publish);
    assertThatIOException().isThrownBy(() -> closed.write(1));
    assertThat(store.latest()).isNull();
    store.create(new UUID(1, 2), new LogPosition(1, 1), 0, MEMBERS).write(bytes(100_000));
    reopen();
    assertThat(log.snapshots().latest()).isNull();
    assertThat(log.snapshots().read(new UUID(1, 2), 0, 100)).isNull();
  }

  @Test
  void sn05_aSecondImageGivesUpTheFirst() throws IOException {
    SnapshotStore store = log.snapshots();
    SnapshotStore.Image first = store.create(new UUID(1, 1), new LogPosition(1, 1), 0, MEMBERS);
    first.write(bytes(10));
    SnapshotStore.Image second = store.create(new UUID(1, 2), new LogPosition(1, 1), 0, MEMBERS);
    assertThatIOException().isThrownBy(first::publish);
    first.close();
    byte[] image = bytes(10);
    second.write(image);
    assertThat(image(store, second.publish())).isEqualTo(image);
    assertThatIOException().isThrownBy(second::publish);
  }

  @Test
  void sn02_aLaterSnapshotTakesThePlaceOfTheOneBefore() throws IOException {
    Snapshot first = publish(3, 10);
    Snapshot second = publish(3, 20);
    for (int i = 0; i < 2; i++) {
      SnapshotStore store = log.snapshots();
      assertThat(store.latest()).isEqualTo(second);
      assertThat(store.read(first.id(), 0, 100)).isNull();
      assertThat(store.open(first)).isNull();
      reopen();
    }
  }

  @Test
  void sn12_anImageIsReadToItsEndThoughALaterOneTakesItsPlace() throws IOException {
    byte[] image = bytes(500_000);
    Snapshot first = publish(log.snapshots(), 3, 10, image);
    try (InputStream in = log.snapshots().open(first)) {
      byte[] start = in.readNBytes(10);
      publish(3, 20);
      byte[] rest = in.readAllBytes();
      assertThat(start).isEqualTo(Arrays.copyOf(image, 10));
      assertThat(rest).isEqualTo(Arrays.copyOfRange(image, 10, image.length));
    }
  }

  @Test
  void sn05_anOlderSnapshotDoesNotTakeThePlaceOfALaterOne() throws IOException {
    Snapshot older = receive(3, 10);
    Snapshot later = publish(3, 20);
    assertThatIOException().isThrownBy(() -> publish(3, 19));
    assertThatThrownBy(() -> log.snapshots().activate(older))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(log.snapshots().latest()).isEqualTo(later);
    reopen();
    assertThat(log.snapshots().latest()).isEqualTo(later);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 512, 100_000, Integer.MAX_VALUE})
  void sn10_aSnapshotIsSentInPiecesOfAnySize(int pieceBytes) throws IOException {
    byte[] image = bytes(pieceBytes == 1 ? 300 : 70_000);
    Snapshot snapshot = publish(peer, 3, 10, image);
    SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot);
    byte[] piece;
    while ((piece = peer.read(snapshot.id(), receipt.received(), pieceBytes)).length > 0) {
      assertThat(piece.length).isLessThanOrEqualTo(pieceBytes);
      receipt.write(piece);
    }
    assertThat(receipt.received()).isEqualTo(snapshot.bytes());
    receipt.verify();
    receipt.close();
    assertThat(log.snapshots().latest()).isNull();
    log.snapshots().activate(snapshot);
    log.snapshots().activate(snapshot);
    assertThat(log.snapshots().latest()).isEqualTo(snapshot);
    assertThat(image(log.snapshots(), snapshot)).isEqualTo(image);
    reopen();
    assertThat(image(log.snapshots(), log.snapshots().latest())).isEqualTo(image);
    // And it is sent on as it came.
    assertThat(log.snapshots().read(snapshot.id(), 0, Integer.MAX_VALUE)).isEqualTo(sent(snapshot));
  }

  @Test
  void sn10_receivingGoesOnWhereItHadComeTo() throws IOException {
    Snapshot snapshot = publish(peer, 3, 10, bytes(5000));
    byte[] sent = sent(snapshot);
    int at = 0;
    for (int n : new int[] {100, 2000, sent.length - 2100, 0}) {
      try (SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot)) {
        assertThat(receipt.received()).isEqualTo(at);
        receipt.write(Arrays.copyOfRange(sent, at, at + n));
        at += n;
      }
      reopen();
    }
    SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot);
    receipt.verify();
    log.snapshots().activate(snapshot);
    assertThat(log.snapshots().latest()).isEqualTo(snapshot);
  }

  @Test
  void sn10_whatWasReceivedOfAnotherSnapshotIsDropped() throws IOException {
    Snapshot first = publish(peer, 3, 10, bytes(5000));
    SnapshotStore.Receipt receipt = log.snapshots().receive(first);
    receipt.write(sent(first));
    receipt.verify();
    receipt.close();
    receive(3, 20);
    assertThatThrownBy(() -> log.snapshots().activate(first))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(log.snapshots().receive(first).received()).isZero();
  }

  @Test
  void sn10_aWrongByteIsFoundWhereverItIsAndAllIsReceivedAnew() throws IOException {
    Snapshot snapshot = publish(peer, 3, 10, bytes(150_000));
    byte[] sent = sent(snapshot);
    for (int i = 0; i < 300; i++) {
      int at = i < 250 ? i : i < 290 ? sent.length - 1 - (i - 250) : random.nextInt(sent.length);
      byte[] wrong = sent.clone();
      wrong[at] ^= (byte) (1 << random.nextInt(8));
      try (SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot)) {
        assertThat(receipt.received()).isZero();
        receipt.write(wrong);
        assertThatThrownBy(receipt::verify).isInstanceOf(DamagedLogException.class);
        assertThat(receipt.received()).isZero();
        assertThatThrownBy(() -> log.snapshots().activate(snapshot))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    try (SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot)) {
      receipt.write(new byte[10]);
      assertThatThrownBy(receipt::verify).isInstanceOf(DamagedLogException.class);
      receipt.write(sent);
      receipt.verify();
    }
    log.snapshots().activate(snapshot);
  }

  @Test
  void sn10_missingAndSuperfluousBytesAreFound() throws IOException {
    Snapshot snapshot = publish(peer, 3, 10, bytes(3000));
    byte[] sent = sent(snapshot);
    for (int length : new int[] {0, 1, 50, 90, 200, sent.length - 28, sent.length - 1}) {
      SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot);
      receipt.write(Arrays.copyOf(sent, length));
      assertThatThrownBy(receipt::verify).isInstanceOf(DamagedLogException.class);
      // Nor does it help to announce it as short as it came.
      Snapshot shorter = withBytes(snapshot, length);
      SnapshotStore.Receipt other = log.snapshots().receive(shorter);
      other.write(Arrays.copyOf(sent, length));
      assertThatThrownBy(other::verify).isInstanceOf(DamagedLogException.class);
    }
    SnapshotStore.Receipt receipt = log.snapshots().receive(snapshot);
    receipt.write(sent);
    assertThatIOException().isThrownBy(() -> receipt.write(new byte[1]));
    receipt.verify();
  }

  private static Snapshot withBytes(Snapshot s, long bytes) {
    return new Snapshot(s.id(), s.last(), s.configurationIndex(), s.configuration(), bytes);
  }

  @Test
  void sn10_aSnapshotOtherThanTheOneThatWasAnnouncedIsFound() throws IOException {
    Snapshot s = publish(peer, 3, 10, bytes(3000));
    Configuration other = Configuration.of(List.of(Member.parse("n1=host:1")));
    for (Snapshot announced :
        List.of(
            new Snapshot(new UUID(9, 9), s.last(), 5, MEMBERS, s.bytes()),
            new Snapshot(s.id(), new LogPosition(3, 11), 5, MEMBERS, s.bytes()),
            new Snapshot(s.id(), new LogPosition(4, 10), 5, MEMBERS, s.bytes()),
            new Snapshot(s.id(), s.last(), 6, MEMBERS, s.bytes()),
            new Snapshot(s.id(), s.last(), 5, other, s.bytes()))) {
      SnapshotStore.Receipt receipt = log.snapshots().receive(announced);
      receipt.write(sent(s));
      assertThatThrownBy(receipt::verify).isInstanceOf(DamagedLogException.class);
    }
  }

  @Test
  void sn02_whatWasNotVerifiedIsNotActivated() throws IOException {
    Snapshot snapshot = publish(peer, 3, 10, bytes(30));
    log.snapshots().receive(snapshot).write(sent(snapshot));
    assertThatThrownBy(() -> log.snapshots().activate(snapshot))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(log.snapshots().latest()).isNull();
    reopen();
    assertThatThrownBy(() -> log.snapshots().activate(snapshot))
        .isInstanceOf(IllegalArgumentException.class);
    log.sync();
  }

  @Test
  void sn02_theLogBeginsAnewAfterAReceivedSnapshot() throws IOException {
    log.append(entries(1, 30, 1), 4);
    log.sync();
    Snapshot snapshot = receive(3, 20);
    install(snapshot);
    assertThatThrownBy(() -> log.read(20, 20, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.read(21, 21, ALL)).isInstanceOf(IndexOutOfBoundsException.class);
    checkRestartedAfter(snapshot, reopen());
  }

  @Test
  void sn02_aLogThatTheLatestSnapshotIsBehindBeginsAnewWhenItIsOpened() throws IOException {
    log.append(entries(1, 15, 1), 4);
    log.sync();
    Snapshot snapshot = receive(3, 20);
    log.snapshots().activate(snapshot);
    checkRestartedAfter(snapshot, reopen());
  }

  @Test
  void sn02_aLogWithAnotherTermWhereTheLatestSnapshotEndsBeginsAnewWhenItIsOpened()
      throws IOException {
    log.append(entries(1, 30, 1), 4);
    log.sync();
    Snapshot snapshot = receive(3, 20);
    log.snapshots().activate(snapshot);
    checkRestartedAfter(snapshot, reopen());
  }

  private void checkRestartedAfter(Snapshot snapshot, RecoveredLog found) throws IOException {
    long index = snapshot.index();
    RecoveredLog empty =
        new RecoveredLog(
            new HardState(9, null), snapshot.last(), List.of(), index, List.of(), index);
    assertThat(found).isEqualTo(empty);
    assertThat(reopen()).isEqualTo(empty);
    assertThatThrownBy(() -> log.append(entries(index, index, 4), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.append(entries(index + 2, index + 2, 4), 0))
        .isInstanceOf(IllegalArgumentException.class);
    // The first entry may be of the term of the position.
    long term = snapshot.last().term();
    log.append(entries(index + 1, index + 5, term), 0);
    log.append(entries(index + 3, index + 6, term + 1), 0);
    log.sync();
    RecoveredLog again = reopen();
    assertThat(again.start()).isEqualTo(snapshot.last());
    assertThat(again.termStarts())
        .containsExactly(new LogPosition(term, index + 1), new LogPosition(term + 1, index + 3));
    assertThat(log.read(index + 1, index + 6, ALL))
        .isEqualTo(
            concat(entries(index + 1, index + 2, term), entries(index + 3, index + 6, term + 1)));
    assertThatThrownBy(() -> log.read(index, index + 1, ALL))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(log.snapshots().latest()).isEqualTo(snapshot);
  }

  @Test
  void sn02_theLogBeginsAnewAgainAndAgain() throws IOException {
    for (int i = 1; i <= 4; i++) {
      Snapshot snapshot = receive(3, 100L * i);
      install(snapshot);
      log.append(entries(100L * i + 1, 100L * i + 9, 4), 0);
      log.sync();
      if (i % 2 == 0) {
        assertThat(reopen().start()).isEqualTo(snapshot.last());
      }
      assertThat(log.read(100L * i + 1, 100L * i + 9, ALL))
          .isEqualTo(entries(100L * i + 1, 100L * i + 9, 4));
    }
  }

  @Test
  void sn01_entriesBehindASnapshotThatTheLogReachesStay() throws IOException {
    log.append(entries(1, 30, 3), 4);
    log.sync();
    log.snapshots().activate(receive(3, 20));
    RecoveredLog found = reopen();
    assertThat(found.start()).isEqualTo(LogPosition.ZERO);
    assertThat(found.lastIndex()).isEqualTo(30);
    assertThat(found.commitIndex()).isEqualTo(20);
    assertThat(log.read(1, 30, ALL)).isEqualTo(entries(1, 30, 3));
  }

  @Test
  void sn02_theLogBeginsAnewOnlyAfterTheLatestSnapshot() throws IOException {
    log.append(entries(1, 30, 3), 4);
    Snapshot snapshot = receive(3, 20);
    assertThatThrownBy(() -> log.restartAfter(snapshot.last()))
        .isInstanceOf(IllegalArgumentException.class);
    log.snapshots().activate(snapshot);
    for (LogPosition other : List.of(new LogPosition(3, 21), new LogPosition(2, 20))) {
      assertThatThrownBy(() -> log.restartAfter(other))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(log.read(1, 30, ALL)).isEqualTo(entries(1, 30, 3));
  }

  @Test
  void sn14_committedEntriesBehindTheSnapshotAreNotGivenUpForIt() throws IOException {
    log.append(entries(1, 30, 3), 25);
    log.snapshots().activate(receive(3, 20));
    assertThatThrownBy(() -> log.restartAfter(new LogPosition(3, 20)))
        .isInstanceOf(IllegalArgumentException.class);
    log.sync();
    assertThat(reopen().lastIndex()).isEqualTo(30);
  }

  @Test
  void sn16_entriesAreNotGivenUpWithoutASnapshot() throws IOException {
    log.append(entries(1, 30, 3), 30);
    assertThatThrownBy(() -> log.discard(1)).isInstanceOf(IllegalArgumentException.class);
    publish(3, 20);
    assertThatThrownBy(() -> log.discard(21)).isInstanceOf(IllegalArgumentException.class);
    publish(3, 40);
    assertThatThrownBy(() -> log.discard(31)).isInstanceOf(IllegalArgumentException.class);
    assertThat(log.read(1, 30, ALL)).isEqualTo(entries(1, 30, 3));
  }

  @Test
  void sn02_entriesThatASnapshotStandsForAreGivenUp() throws IOException {
    Entry early = new Entry(3, 11, EntryType.CONFIGURATION, new byte[] {1});
    Entry late = new Entry(5, 31, EntryType.CONFIGURATION, new byte[] {2});
    List<Entry> all =
        concat(
            entries(1, 10, 2),
            List.of(early),
            entries(12, 30, 3),
            List.of(late),
            entries(32, 60, 5));
    log.append(all, 40);
    log.sync();
    publish(5, 40);
    long discarded = 0;
    for (long index : new long[] {0, 5, 20, 12, 40, 40, 1}) {
      log.discard(index);
      discarded = Math.max(discarded, index);
      checkEntriesAfter(discarded, all);
    }
    for (int i = 0; i < 3; i++) {
      RecoveredLog found = reopen();
      long start = found.start().index();
      assertThat(start).isLessThanOrEqualTo(40);
      assertThat(found.start().term()).isEqualTo(start == 0 ? 0 : all.get((int) start - 1).term());
      assertThat(found.termStarts().get(0)).isEqualTo(all.get((int) start).position());
      assertThat(found.lastIndex()).isEqualTo(60);
      assertThat(found.commitIndex()).isGreaterThanOrEqualTo(40);
      assertThat(found.configurations())
          .isEqualTo(List.of(early, late).stream().filter(entry -> entry.index() > start).toList());
      checkEntriesAfter(40, all);
      log.discard(40);
    }
    assertThatThrownBy(() -> log.append(entries(40, 40, 6), 0))
        .isInstanceOf(IllegalArgumentException.class);
    log.append(entries(41, 45, 6), 0);
    log.sync();
    assertThat(reopen().lastIndex()).isEqualTo(45);
    assertThat(log.read(41, 45, ALL)).isEqualTo(entries(41, 45, 6));
  }

  /** More may be kept, but no gap, and nothing that is not what was written. */
  private void checkEntriesAfter(long index, List<Entry> all) throws IOException {
    long first = index + 1;
    while (first > 1 && has(first - 1)) {
      first--;
    }
    assertThat(log.read(first, all.size(), ALL))
        .isEqualTo(all.subList((int) first - 1, all.size()));
    long below = first - 1;
    assertThatThrownBy(() -> log.read(below, all.size(), ALL))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private boolean has(long index) throws IOException {
    try {
      return log.read(index, index, 1).size() == 1;
    } catch (IndexOutOfBoundsException e) {
      return false;
    }
  }

  @Test
  void st10_entriesThatWereReplacedDoNotDecideWhereTheLogBegins() throws IOException {
    log.append(entries(1, 30, 3), 10);
    log.append(entries(12, 30, 4), 11);
    log.append(entries(25, 45, 5), 20);
    log.sync();
    List<Entry> all = concat(entries(1, 11, 3), entries(12, 24, 4), entries(25, 45, 5));
    publish(5, 40);
    for (long index = 1; index <= 40; index++) {
      log.discard(index);
      checkEntriesAfter(index, all);
      if (index % 20 != 0) {
        continue;
      }
      RecoveredLog found = reopen();
      checkEntriesAfter(index, all);
      long start = found.start().index();
      assertThat(start).isLessThanOrEqualTo(index);
      assertThat(found.start())
          .isEqualTo(start == 0 ? LogPosition.ZERO : all.get((int) start - 1).position());
    }
  }

  @Test
  void aClosedStoreRefusesEverythingAboutSnapshots() throws IOException {
    Snapshot snapshot = publish(3, 10);
    SnapshotStore store = log.snapshots();
    SnapshotStore.Image image = store.create(new UUID(1, 1), new LogPosition(3, 20), 0, MEMBERS);
    Snapshot other = publish(peer, 3, 30, bytes(300));
    SnapshotStore.Receipt receipt = store.receive(other);
    log.close();
    assertThatIOException().isThrownBy(() -> image.write(new byte[100_000]));
    assertThatIOException().isThrownBy(image::publish);
    assertThatIOException().isThrownBy(() -> receipt.write(new byte[1]));
    assertThatIOException().isThrownBy(receipt::verify);
    image.close();
    receipt.close();
    assertThatThrownBy(() -> store.receive(snapshot)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.create(new UUID(1, 1), new LogPosition(3, 20), 0, MEMBERS))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.activate(snapshot)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.open(snapshot)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> store.read(snapshot.id(), 0, 1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.discard(0)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> log.restartAfter(snapshot.last()))
        .isInstanceOf(StorageException.class);
  }
}
