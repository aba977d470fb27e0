package io.balsa.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.LogStore;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operations with reopenings between, compared with a list after each. */
class RandomOperationsTest {
  @TempDir(factory = FastTempDir.class)
  Path directory;

  /** What the log must be. */
  private final List<Entry> model = new ArrayList<>();

  private HardState hardState = HardState.INITIAL;
  private long term = 1;
  private long commitIndex;
  private Random random;

  static LongStream seeds() {
    long given = Long.getLong("balsa.seed", 0);
    int count = Boolean.getBoolean("balsa.exhaustive") ? 1000 : 40;
    return given != 0 ? LongStream.of(given) : LongStream.rangeClosed(1, count);
  }

  @ParameterizedTest(name = "-Dbalsa.seed={0}")
  @MethodSource("seeds")
  void behavesLikeAList(long seed) throws IOException {
    random = new Random(seed);
    try (Place place = new Place(directory.resolve("n"), random.nextInt(8000))) {
      LogStore log = place.open();
      for (int i = 0; i < 60; i++) {
        log = step(place, log);
      }
      check(place.open());
    }
  }

  private LogStore step(Place place, LogStore log) throws IOException {
    int choice = random.nextInt(10);
    if (choice < 5) {
      append(log);
    } else if (choice < 7) {
      log.sync();
    } else if (choice == 7) {
      ((FileLogStore) log).idle();
      checkSomeRange(log);
    } else if (choice == 8) {
      saveHardState(log);
    } else {
      LogStore reopened = place.open();
      check(reopened);
      return reopened;
    }
    return log;
  }

  private void saveHardState(LogStore log) throws IOException {
    term += random.nextInt(2);
    NodeId vote = random.nextBoolean() ? null : new NodeId("n" + random.nextInt(5));
    hardState = new HardState(term, vote);
    log.saveHardState(hardState);
  }

  private void append(LogStore log) throws IOException {
    if (hardState.term() < term) {
      saveHardState(log);
    }
    List<Entry> batch = new ArrayList<>();
    int count = random.nextInt(12);
    for (int i = 0; i < count; i++) {
      long index = model.size() + 1L;
      if (random.nextInt(10) == 0) {
        index = commitIndex + 1 + random.nextInt((int) (index - commitIndex));
      }
      Entry entry = randomEntry(index);
      while (model.size() >= index) {
        model.remove(model.size() - 1);
      }
      model.add(entry);
      batch.add(entry);
    }
    // A hint without entries may be forgotten: a full segment has no room for another mark.
    long hint = batch.isEmpty() ? 0 : random.nextInt(model.size() + 1);
    log.append(batch, hint);
    commitIndex = Math.max(commitIndex, Math.max(0, hint));
  }

  private Entry randomEntry(long index) {
    EntryType type = EntryType.ofCode(random.nextInt(3));
    byte[] data = new byte[random.nextInt(20) == 0 ? random.nextInt(9000) : random.nextInt(40)];
    random.nextBytes(data);
    return new Entry(term, index, type, data);
  }

  private void check(LogStore log) throws IOException {
    assertThat(log.recovered().hardState()).isEqualTo(hardState);
    assertThat(log.recovered().lastIndex()).isEqualTo(model.size());
    assertThat(log.recovered().commitIndex()).isEqualTo(commitIndex);
    assertThat(log.recovered().termStarts()).isEqualTo(termStarts());
    assertThat(log.recovered().configurations())
        .isEqualTo(model.stream().filter(e -> e.type() == EntryType.CONFIGURATION).toList());
    if (!model.isEmpty()) {
      assertThat(log.read(1, model.size(), Long.MAX_VALUE)).isEqualTo(model);
    }
  }

  private List<LogPosition> termStarts() {
    List<LogPosition> starts = new ArrayList<>();
    long last = 0;
    for (Entry entry : model) {
      if (entry.term() != last) {
        starts.add(entry.position());
        last = entry.term();
      }
    }
    return starts;
  }

  private void checkSomeRange(LogStore log) throws IOException {
    if (model.isEmpty()) {
      return;
    }
    int first = 1 + random.nextInt(model.size());
    int last = first + random.nextInt(model.size() - first + 1);
    long maxBytes = random.nextInt(10_000);
    List<Entry> expected = new ArrayList<>();
    long bytes = 0;
    for (Entry entry : model.subList(first - 1, last)) {
      bytes += entry.size();
      if (bytes > maxBytes && !expected.isEmpty()) {
        break;
      }
      expected.add(entry);
    }
    assertThat(log.read(first, last, maxBytes)).isEqualTo(expected);
  }
}
