package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which states a crash may leave of a few files. */
class CrashStatesOfFilesTest {
  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final Path root = disk.root();

  @BeforeEach
  void writeOldFile() throws IOException {
    Files.writeString(root.resolve("f"), "old");
    force("f");
    force("");
  }

  private void force(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve(name), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static String content(SimulatedDisk disk) {
    StringBuilder text = new StringBuilder();
    disk.files().forEach(f -> text.append(f).append('=').append(new String(disk.content(f))));
    return text.toString().replace('\0', '0');
  }

  private static Set<String> contents(CrashStates<String> states) {
    Set<String> contents = new TreeSet<>();
    states.forEach(state -> contents.add(content(state.disk())));
    return contents;
  }

  @Test
  void aFileThatIsReplacedProperlyIsOldOrNew() throws IOException {
    CrashStates<String> states = CrashStates.of(disk, "old");
    Files.writeString(root.resolve("g"), "new");
    force("g");
    Files.move(root.resolve("g"), root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
    force("");
    states.promise("new");
    assertThat(contents(states))
        .containsExactlyInAnyOrder("/f=old", "/f=old/g=", "/f=old/g=000", "/f=old/g=new", "/f=new");
  }

  @Test
  void whatIsPromisedTooEarlyIsFound() throws IOException {
    CrashStates<String> states = CrashStates.of(disk, "old");
    Files.writeString(root.resolve("g"), "new");
    force("g");
    Files.move(root.resolve("g"), root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
    states.promise("new");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(
            () ->
                states.forEach(
                    state -> assertThat(content(state.disk())).contains("/f=" + state.promised())))
        .withMessageStartingWith("a crash at point 4, after RENAME /f, where of 2 changes");
  }

  @Test
  void everySubsetOfAFewWritesComes() throws IOException {
    CrashStates<String> states = CrashStates.of(disk, "");
    try (FileChannel channel = FileChannel.open(root.resolve("f"), StandardOpenOption.WRITE)) {
      for (int i = 0; i < 3; i++) {
        channel.write(ByteBuffer.wrap(new byte[] {(byte) ('x' + i)}), i);
      }
    }
    assertThat(contents(states))
        .containsExactlyInAnyOrder(
            "/f=old", "/f=xld", "/f=oyd", "/f=olz", "/f=xyd", "/f=xlz", "/f=oyz", "/f=xyz");
  }

  @Test
  void theLastWriteIsTornAtEachSector() throws IOException {
    force("f");
    CrashStates<String> states = CrashStates.of(disk, "");
    Files.writeString(root.resolve("f"), "x".repeat(2000));
    Set<Long> whole = new TreeSet<>();
    states.forEach(state -> whole.add(content(state.disk()).chars().filter(c -> c == 'x').count()));
    assertThat(whole).contains(0L, 512L, 1024L, 1536L, 2000L, 1488L, 976L, 464L);
  }

  @Test
  void theSameRunGivesTheSameStates() throws IOException {
    List<String> runs = new ArrayList<>();
    CrashStates<String> states = CrashStates.of(disk, "");
    Files.writeString(root.resolve("g"), "y".repeat(5000));
    Files.delete(root.resolve("f"));
    for (int i = 0; i < 2; i++) {
      StringBuilder run = new StringBuilder();
      int count =
          states.forEach(state -> run.append(state).append(content(state.disk())).append('\n'));
      assertThat(count).isGreaterThan(states.points());
      runs.add(run.toString());
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @Test
  void aDeadProcessLeavesAllButNothingMoreDurable() throws IOException {
    CrashStates<String> states = CrashStates.of(disk, "");
    Files.createFile(root.resolve("g"));
    List<String> left = new ArrayList<>();
    states.forEach(
        state -> {
          if (!state.powerCut()) {
            left.add(content(state.disk()));
            assertThat(contents(CrashStates.of(state.disk(), "")))
                .containsExactlyInAnyOrder("/f=old", "/f=old/g=");
          }
        });
    assertThat(left).containsExactly("/f=old/g=");
  }
}
