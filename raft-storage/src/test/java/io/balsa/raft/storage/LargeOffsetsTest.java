package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Environment;
import io.balsa.raft.core.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LargeOffsetsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1L << 31, 1L << 32})
  void st13_offsetsBeyond32BitsAreNotCutShort(long border) throws IOException {
    UUID incarnation = Place.IDENTITY.incarnation();
    Path file = directory.resolve(WalFormat.fileName(1));
    long size = border + (1 << 20);
    try (FileChannel sparse = Disk.create(file)) {
      Disk.write(sparse, ByteBuffer.allocate(1), size - 1);
    }
    EntryIndex index = new EntryIndex();
    SegmentStarts starts = new SegmentStarts();
    starts.add(1, LogPosition.ZERO);
    SpareSegment spare = new SpareSegment(directory, 1000, Runnable::run);
    try (LogTail tail = new LogTail(directory, incarnation, 1000, spare, index, starts);
        LogReader reader = new LogReader(directory, incarnation, index)) {
      tail.resume(
          new RecoveredEnd(1, size, border - 400, 0, true), new LogOutline(LogPosition.ZERO));
      var batch = entries(1, 100, 1);
      tail.append(batch, tail.check(batch), 0);
      tail.sync();
      tail.markIfIdle();
      assertThat(reader.read(1, 100, Long.MAX_VALUE)).isEqualTo(batch);
      try (FileChannel channel = Disk.openForReading(file)) {
        SegmentEnd end = new SegmentEnd(channel, WalFormat.seed(incarnation, 1));
        assertThat(end.syncedBeyond(border)).isBetween(border, border + 6000);
        assertThat(end.endOfContent(border)).isBetween(border, border + 6000);
      }
    }
  }

  @Test
  void theThreadOfALogRunsWhatItIsGivenAndRepeats() throws Exception {
    var done = new java.util.concurrent.CountDownLatch(3);
    try (Background background = new Background(Environment.system(), "test")) {
      background.start(done::countDown);
      background.execute(done::countDown);
      assertThat(done.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }
  }
}
