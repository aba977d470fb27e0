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

  private Mail read(LogStore log, Effects.Replication replication) {
    tasks.put(new LogReader.Read(1, log, 20, 21, replication));
    new LogReader(tasks, loop, 100).poll();
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
    new LogReader(tasks, loop, 100).poll();
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
    LogReader reader = new LogReader(tasks, loop, 100);
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
    new LogReader(tasks, loop, 100).poll();
    assertThat(loop.take())
        .singleElement()
        .isInstanceOfSatisfying(
            Mail.SnapshotDamaged.class,
            damaged -> assertThat(damaged.snapshot()).isEqualTo(shorter.snapshot));
  }
}
