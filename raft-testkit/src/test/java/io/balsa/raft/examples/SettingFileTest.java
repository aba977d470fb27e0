package io.balsa.raft.examples;

// guide begins
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.disk.CrashStates;
import io.balsa.raft.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SettingFileTest {
  @Test
  void theSettingIsTheOldOrTheNewOneWheneverTheMachineCrashes() throws IOException {
    SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));
    save(disk.root().resolve("setting"), "old");
    CrashStates<List<String>> crashes = CrashStates.of(disk, List.of("old", "new"));
    save(disk.root().resolve("setting"), "new");
    crashes.promise(List.of("new")); // it has returned
    crashes.forEach(
        crash -> assertThat(load(crash.disk().root().resolve("setting"))).isIn(crash.promised()));
  }

  static String load(Path file) throws IOException {
    return Files.readString(file);
  }

  /** The code under test. Without the rename or one of the two forces the test fails. */
  static void save(Path file, String text) throws IOException {
    Path draft = file.resolveSibling("draft");
    try (FileChannel channel = FileChannel.open(draft, CREATE, TRUNCATE_EXISTING, WRITE)) {
      channel.write(UTF_8.encode(text));
      channel.force(true);
    }
    Files.move(draft, file, ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(file.getParent(), READ)) {
      directory.force(true);
    }
  }
}
// guide ends
