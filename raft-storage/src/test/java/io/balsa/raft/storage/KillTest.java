package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Environment;
import io.balsa.raft.Limits;
import io.balsa.raft.LogStore;
import io.balsa.raft.Runner;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process that is killed while it writes. */
class KillTest {
  private static final long SEGMENT_BYTES = 64 << 10;
  private static final int ROUNDS = 4;

  @TempDir Path directory;

  @Test
  void st06_whatAKilledProcessHadAcknowledgedIsThere() throws Exception {
    long acknowledged = 0;
    for (int round = 1; round <= ROUNDS; round++) {
      Process writer = start();
      long enough = acknowledged + 500L * round;
      BufferedReader lines = writer.inputReader();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        acknowledged = Long.parseLong(line);
        if (acknowledged >= enough) {
          // By its handle: what it has printed can still be read then.
          writer.toHandle().destroyForcibly();
        }
      }
      assertThat(writer.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(acknowledged).as("the writer came so far").isGreaterThanOrEqualTo(enough);
      try (FileStorage storage = FileStorage.open(directory)) {
        LogStore log = open(storage);
        assertThat(log.recovered().hardState().term()).isGreaterThanOrEqualTo(round);
        assertThat(log.recovered().lastIndex()).isGreaterThanOrEqualTo(acknowledged);
        List<Entry> found = log.read(1, acknowledged, Long.MAX_VALUE);
        assertThat(found).isEqualTo(entries(1, acknowledged, 1));
        acknowledged = log.recovered().lastIndex();
      }
    }
  }

  /** Real threads, and many segments. */
  private static LogStore open(FileStorage storage) throws IOException {
    Environment system = Environment.system();
    Environment manySegments =
        new Environment() {
          @Override
          public Runner runner(String name, long periodNanos) {
            return system.runner(name, periodNanos);
          }

          @Override
          public long nanoTime() {
            return system.nanoTime();
          }

          @Override
          public RandomGenerator random() {
            return system.random();
          }

          @Override
          public Limits limits() {
            return new Quiet(SEGMENT_BYTES).limits();
          }
        };
    return storage.open(Place.GROUP, Place.IDENTITY, manySegments);
  }

  private Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            Writer.class.getName(),
            directory.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Appends and syncs for ever, and prints what is acknowledged. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      FileStorage storage = FileStorage.open(Path.of(args[0]));
      LogStore log = open(storage);
      log.saveHardState(new HardState(log.recovered().hardState().term() + 1, null));
      for (long last = log.recovered().lastIndex(); ; last += 7) {
        log.append(entries(last + 1, last + 7, 1), last);
        log.sync();
        System.out.println(last + 7);
      }
    }
  }
}
