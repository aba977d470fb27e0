package io.balsa.raft.storage;

import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A directory under test with the identity it is opened with, and the words the tests use. */
final class Place implements AutoCloseable {
  static final String GROUP = "counter";
  static final Identity IDENTITY =
      new Identity(new UUID(1, 2), new NodeId("n1"), new UUID(0x1111, 0x2222));

  final Path directory;
  private final long segmentBytes;
  private FileStorage storage;
  private LogStore log;

  Place(Path directory, long segmentBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  static Entry entry(long index, long term, int bytes) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (31 * index + 7 * term + i);
    }
    return new Entry(term, index, EntryType.COMMAND, data);
  }

  static List<Entry> entries(long first, long last, long term) {
    List<Entry> entries = new ArrayList<>();
    for (long i = first; i <= last; i++) {
      entries.add(entry(i, term, (int) (i % 13)));
    }
    return entries;
  }

  LogStore open() throws IOException {
    close();
    storage = FileStorage.open(directory);
    try {
      log = storage.open(GROUP, IDENTITY, new Quiet(segmentBytes));
    } catch (IOException e) {
      close();
      throw e;
    }
    return log;
  }

  /** Opens, with a term that allows entries of terms up to 100. */
  LogStore openInTerm100() throws IOException {
    LogStore opened = open();
    opened.saveHardState(new HardState(100, null));
    return opened;
  }

  void append(long first, long last, long term) throws IOException {
    log.append(entries(first, last, term), 0);
  }

  List<Entry> all() throws IOException {
    long last = new LogLength(log).last();
    return last == 0 ? List.of() : log.read(1, last, Long.MAX_VALUE);
  }

  Path segment(long number) {
    return directory.resolve("wal").resolve(WalFormat.fileName(number));
  }

  Place copyTo(Path target) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted().toList()) {
        Path to = target.resolve(directory.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else if (!file.endsWith("LOCK")) {
          Files.copy(file, to);
        }
      }
    }
    return new Place(target, segmentBytes);
  }

  @Override
  public void close() throws IOException {
    if (storage != null) {
      storage.close();
      storage = null;
    }
  }

  /** Finds the end of a log by asking for more than it has. */
  private record LogLength(LogStore log) {
    long last() throws IOException {
      long low = 0;
      long high = 1;
      while (has(high)) {
        low = high;
        high *= 2;
      }
      while (high - low > 1) {
        long middle = (low + high) / 2;
        if (has(middle)) {
          low = middle;
        } else {
          high = middle;
        }
      }
      return low;
    }

    private boolean has(long index) throws IOException {
      try {
        return log.read(index, index, 1).size() == 1;
      } catch (IndexOutOfBoundsException e) {
        return false;
      }
    }
  }
}
