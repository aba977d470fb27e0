package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Effects;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LogReaderTest {
  /** A log that can't be read, for this reason. */
  private static final class Unreadable extends NoStore {
    private final Throwable why;

    Unreadable(Throwable why) {
      this.why = why;
    }

    @Override
    public List<Entry> read(long firstIndex, long lastIndex, long maxBytes) {
      if (why instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) why;
    }
  }

  private static final Unreadable SHORTER =
      new Unreadable(new IndexOutOfBoundsException("the log is shorter than it was"));

  private final Mailbox<LogReader.Task> tasks = new Mailbox<>(new IdleRunner());
  private final Mailbox<Mail> loop = new Mailbox<>(new IdleRunner());
  private long nanos = -5;
  private final LogReader reader = new LogReader(tasks, loop, 100, () -> nanos);

  private Mail read(LogStore log, Effects.Replication replication) {
    tasks.put(new LogReader.Read(1, log, 20, 21, replication));
    reader.poll();
    return loop.take().get(0);
  }

  @Test
  void rp19_aLogThatWasReplacedMeanwhileIsNoFailureOfTheDisk() {
    Effects.Replication replication =
        new Effects.Replication(
            new NodeId("n2"),
            new Message.AppendEntries(3, 1, new LogPosition(2, 19), 19, List.of()),
            21);
    assertThat(read(SHORTER, replication))
        .isEqualTo(new Mail.ReadForPeer(1, replication, List.of()));
  }

  @Test
  void whatTheStateMachineLacksIsJudgedByTheGroup() {
    assertThat(read(SHORTER, null)).isInstanceOf(Mail.NotInLog.class);
  }

  @Test
  void rt01_anErrorIsToldAndDoesNotEndTheThreadSilently() {
    OutOfMemoryError error = new OutOfMemoryError("no heap");
    assertThat(read(new Unreadable(error), null)).isEqualTo(new Mail.StorageFailed(1, error));
  }

  @Test
  void rt01_anErrorWhileAPieceIsReadDoesNotEndTheThread() {
    Packet.SnapshotRequest request = new Packet.SnapshotRequest(new UUID(1, 1), 0);
    SnapshotStore none =
        new NoSnapshots() {
          @Override
          public Snapshot latest() {
            return new Snapshot(request.id(), new LogPosition(1, 9), 0, Configuration.NONE, 10);
          }

          @Override
          public byte[] read(UUID id, long offset, int maxBytes) {
            throw new OutOfMemoryError("no heap");
          }
        };
    tasks.put(new LogReader.Piece(1, none, new NodeId("n2"), request));
    reader.poll();
    assertThat(loop.take()).isEmpty(); // the follower asks again
  }

  /** A snapshot whose pieces can be read, but do not make up what was written. */
  private static class Damaged extends NoSnapshots {
    private final Snapshot snapshot =
        new Snapshot(new UUID(1, 1), new LogPosition(1, 9), 0, Configuration.NONE, 10);

    @Override
    public Snapshot latest() {
      return snapshot;
    }

    @Override
    public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
      return new byte[10];
    }

    @Override
    public InputStream open(Snapshot which) {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          throw new DamagedLogException("a snapshot", 0, 9, "its checksum is wrong");
        }
      };
    }
  }

  @Test
  void sn10_aDamagedSnapshotIsFoundThoughSeveralPeersGetIt() {
    Damaged damaged = new Damaged();
    Packet.SnapshotRequest begin = new Packet.SnapshotRequest(damaged.snapshot.id(), 0);
    for (String peer : List.of("n2", "n3")) {
      tasks.put(new LogReader.Piece(1, damaged, new NodeId(peer), begin));
    }
    reader.poll();
    assertThat(loop.take()).hasOnlyElementsOfType(Mail.PieceRead.class).hasSize(2);
    for (String peer : List.of("n2", "n3")) {
      tasks.put(new LogReader.Piece(1, damaged, new NodeId(peer), begin));
    }
    reader.poll();
    assertThat(loop.take()).hasOnlyElementsOfType(Mail.SnapshotDamaged.class).hasSize(2);
  }

  /** The peer goes on where it was, so that it never begins anew and finds out. */
  @Test
  void sn10_aSnapshotThatHasLostItsEndIsFoundThoughTheBeginningWasSent() {
    Damaged shorter =
        new Damaged() {
          @Override
          public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
            throw new DamagedLogException(
                "a snapshot", offset, 1, "the file is shorter than it was");
          }
        };
    Packet.SnapshotRequest goOn = new Packet.SnapshotRequest(shorter.snapshot.id(), 6);
    tasks.put(new LogReader.Piece(1, shorter, new NodeId("n2"), goOn));
    reader.poll();
    assertThat(loop.take())
        .singleElement()
        .isInstanceOfSatisfying(
            Mail.SnapshotDamaged.class,
            damaged -> assertThat(damaged.snapshot()).isEqualTo(shorter.snapshot));
  }

  /** A good snapshot, which takes a while to verify. */
  private class Good extends Damaged {
    private int verified;

    @Override
    public InputStream open(Snapshot which) {
      verified++;
      nanos += 1000;
      return InputStream.nullInputStream();
    }
  }

  private void ask(Damaged store, String peer, long offset) {
    Packet.SnapshotRequest request = new Packet.SnapshotRequest(store.snapshot.id(), offset);
    tasks.put(new LogReader.Piece(1, store, new NodeId(peer), request));
  }

  @Test
  void sn10_whoIsImpatientGetsOnePieceAndLetsNothingBeVerified() {
    Good good = new Good();
    ask(good, "n2", 0);
    ask(good, "n3", 0);
    ask(good, "n2", 0);
    ask(good, "n2", 0);
    reader.poll();
    assertThat(loop.take())
        .extracting(mail -> ((Mail.PieceRead) mail).to())
        .containsExactly(new NodeId("n3"), new NodeId("n2"));
    assertThat(good.verified).isZero();
  }

  @Test
  void sn10_ofWhatAPeerHasAskedForTheLastCounts() {
    Good good = new Good();
    ask(good, "n2", 0);
    ask(good, "n2", 5);
    reader.poll();
    assertThat(loop.take())
        .singleElement()
        .isInstanceOfSatisfying(
            Mail.PieceRead.class, read -> assertThat(read.piece().offset()).isEqualTo(5));
  }

  /** Else the requests that arrive during one verification are the reason for the next one. */
  @Test
  void sn10_aSnapshotThatWasJustVerifiedIsNotVerifiedForEachRequest() {
    Good good = new Good();
    for (int i = 0; i < 10; i++) {
      for (String peer : List.of("n2", "n3")) {
        ask(good, peer, 0);
      }
      reader.poll();
    }
    assertThat(good.verified).isOne();
    assertThat(loop.take()).hasOnlyElementsOfType(Mail.PieceRead.class).hasSize(20);
  }

  /** What is damaged later must be found some day, also if it fits in one piece. */
  @Test
  void sn10_aVerdictOnASnapshotHoldsForAWhileOnly() {
    Good good = new Good();
    for (int i = 0; i < 10; i++) {
      ask(good, "n2", 0);
      reader.poll();
      nanos += 10_000;
    }
    assertThat(good.verified).isEqualTo(9);
    Damaged later = new Damaged();
    ask(later, "n2", 0);
    reader.poll();
    assertThat(loop.take()).last().isInstanceOf(Mail.SnapshotDamaged.class);
  }

  @Test
  void sn10_aVerdictIsOnOneSnapshot() {
    Good good = new Good();
    ask(good, "n2", 0);
    reader.poll();
    ask(good, "n2", 0);
    reader.poll();
    Good other =
        new Good() {
          private final Snapshot next =
              new Snapshot(new UUID(1, 2), new LogPosition(1, 10), 0, Configuration.NONE, 10);

          @Override
          public Snapshot latest() {
            return next;
          }
        };
    for (int i = 0; i < 2; i++) {
      Packet.SnapshotRequest begin = new Packet.SnapshotRequest(other.latest().id(), 0);
      tasks.put(new LogReader.Piece(1, other, new NodeId("n2"), begin));
      reader.poll();
    }
    assertThat(other.verified).isOne();
  }
}
