package io.balsa.raft.testkit.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a power cut may take and what not, rule by rule, and how processes end. */
class SimulatedDiskTest {
  private static final int SEEDS = 300;

  private SimulatedDisk disk = new SimulatedDisk(new Random(1));

  private interface Run {
    void run(Path root) throws IOException;
  }

  /** Every outcome of a power cut after the run, as the chosen number of random seeds draw it. */
  private static Set<String> outcomes(Run run, Consumer<SimulatedDisk> check) throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      SimulatedDisk disk = new SimulatedDisk(new Random(seed));
      run.run(disk.root());
      disk.cutPower();
      disk.restorePower();
      check.accept(disk);
      outcomes.add(describe(disk));
    }
    return outcomes;
  }

  private static Set<String> outcomes(Run run) throws IOException {
    return outcomes(run, disk -> {});
  }

  private static String describe(SimulatedDisk disk) {
    StringBuilder text = new StringBuilder();
    for (String path : disk.files()) {
      text.append(path).append('=').append(new String(disk.content(path), UTF_8)).append(' ');
    }
    return text.toString().replace('\0', '0').trim();
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, CREATE, READ, WRITE);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  private static void write(Path path, String text) throws IOException {
    try (FileChannel channel = open(path)) {
      channel.write(bytes(text), 0);
    }
  }

  private static void writeDurably(Path path, String text) throws IOException {
    try (FileChannel channel = open(path)) {
      channel.write(bytes(text), 0);
      channel.force(false);
    }
    force(path.getParent());
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      channel.force(true);
    }
  }

  @Test
  void whatWasForcedIsThere() throws IOException {
    assertThat(outcomes(root -> writeDurably(root.resolve("f"), "abc"))).containsOnly("/f=abc");
  }

  @Test
  void aForcedFileWithoutAForcedNameMayBeGone() throws IOException {
    assertThat(
            outcomes(
                root -> {
                  write(root.resolve("f"), "abc");
                  force(root.resolve("f"));
                }))
        .containsExactlyInAnyOrder("", "/f=abc");
  }

  @Test
  void aForcedNameWithoutForcedDataMayHaveAnyPartOfIt() throws IOException {
    assertThat(
            outcomes(
                root -> {
                  write(root.resolve("f"), "ab");
                  force(root);
                }))
        .containsExactlyInAnyOrder("/f=", "/f=a", "/f=ab", "/f=0", "/f=00");
  }

  @Test
  void unforcedWritesSurviveInAnyOrder() throws IOException {
    Set<String> outcomes =
        outcomes(
            root -> {
              writeDurably(root.resolve("f"), "....");
              try (FileChannel channel = open(root.resolve("f"))) {
                channel.write(bytes("aa"), 0);
                channel.write(bytes("bb"), 1);
                channel.write(bytes("c"), 3);
              }
            });
    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            "/f=....", "/f=aa..", "/f=.bb.", "/f=abb.", "/f=aab.", "/f=...c", "/f=aa.c", "/f=.bbc",
            "/f=abbc", "/f=aabc");
  }

  @Test
  void aWriteIsTornBetweenSectorsOnly() throws IOException {
    byte[] old = new byte[2048];
    Arrays.fill(old, (byte) 'o');
    byte[] written = new byte[1200];
    Arrays.fill(written, (byte) 'n');
    Set<String> patterns = new HashSet<>();
    outcomes(
        root -> {
          writeDurably(root.resolve("f"), new String(old, UTF_8));
          try (FileChannel channel = open(root.resolve("f"))) {
            channel.write(ByteBuffer.wrap(written), 500);
          }
        },
        after -> {
          byte[] found = after.content("/f");
          StringBuilder pattern = new StringBuilder();
          int[] bounds = {0, 500, 512, 1024, 1536, 1700, 2048};
          for (int i = 0; i + 1 < bounds.length; i++) {
            String part = new String(found, bounds[i], bounds[i + 1] - bounds[i], UTF_8);
            assertThat(part.chars().distinct().count()).isEqualTo(1);
            pattern.append(part.charAt(0));
          }
          patterns.add(pattern.toString());
        });
    assertThat(patterns).hasSize(16).allMatch(p -> p.startsWith("o") && p.endsWith("o"));
  }

  @Test
  void aCreationARenameAndARemovalAreLostIndependently() throws IOException {
    Set<String> outcomes =
        outcomes(
            root -> {
              writeDurably(root.resolve("a"), "1");
              writeDurably(root.resolve("b"), "2");
              Files.createFile(root.resolve("new"));
              Files.move(root.resolve("a"), root.resolve("c"), StandardCopyOption.ATOMIC_MOVE);
              Files.delete(root.resolve("b"));
            });
    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            "/a=1 /b=2",
            "/a=1 /b=2 /new=",
            "/b=2 /c=1",
            "/b=2 /c=1 /new=",
            "/a=1",
            "/a=1 /new=",
            "/c=1",
            "/c=1 /new=");
  }

  @Test
  void aReplacedFileIsTheOldOneOrTheNewOne() throws IOException {
    Run replace =
        root -> {
          writeDurably(root.resolve("f"), "old");
          write(root.resolve("f.tmp"), "new");
          force(root.resolve("f.tmp"));
          Files.move(root.resolve("f.tmp"), root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
        };
    assertThat(outcomes(replace))
        .containsExactlyInAnyOrder("/f=old", "/f=old /f.tmp=new", "/f=new");
    assertThat(
            outcomes(
                root -> {
                  replace.run(root);
                  force(root);
                }))
        .containsOnly("/f=new");
  }

  @Test
  void aRenameWithoutAForceOfTheDataLosesOldAndNew() throws IOException {
    assertThat(
            outcomes(
                root -> {
                  writeDurably(root.resolve("f"), "old");
                  write(root.resolve("f.tmp"), "new");
                  Files.move(
                      root.resolve("f.tmp"), root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
                  force(root);
                }))
        .contains("/f=", "/f=new", "/f=000");
  }

  @Test
  void aRenameBetweenDirectoriesIsOneChange() throws IOException {
    Run move =
        root -> {
          Files.createDirectory(root.resolve("a"));
          Files.createDirectory(root.resolve("b"));
          force(root);
          writeDurably(root.resolve("a/f"), "1");
          Files.move(root.resolve("a/f"), root.resolve("b/g"));
        };
    assertThat(outcomes(move)).containsExactlyInAnyOrder("/a/f=1", "/b/g=1");
    for (String forced : List.of("a", "b")) {
      assertThat(
              outcomes(
                  root -> {
                    move.run(root);
                    force(root.resolve(forced));
                  }))
          .containsOnly("/b/g=1");
    }
  }

  @Test
  void anUnforcedDirectoryTakesWhatIsInItAlong() throws IOException {
    assertThat(
            outcomes(
                root -> {
                  Files.createDirectory(root.resolve("d"));
                  writeDurably(root.resolve("d/f"), "1");
                }))
        .containsExactlyInAnyOrder("", "/d/f=1");
  }

  @Test
  void anUnforcedTruncationIsThereOrNot() throws IOException {
    Run truncate =
        root -> {
          writeDurably(root.resolve("f"), "abcd");
          try (FileChannel channel = open(root.resolve("f"))) {
            channel.truncate(2);
          }
        };
    assertThat(outcomes(truncate)).contains("/f=abcd", "/f=ab").doesNotContain("/f=a", "/f=");
    assertThat(
            outcomes(
                root -> {
                  truncate.run(root);
                  force(root.resolve("f"));
                }))
        .containsOnly("/f=ab");
  }

  @Test
  void aFailedForceLeavesNothingForTheNextOne() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      disk = new SimulatedDisk(new Random(seed));
      Path file = disk.root().resolve("f");
      writeDurably(file, "old");
      try (FileChannel channel = open(file)) {
        channel.write(bytes("new"), 0);
        disk.failForce(1);
        assertThatIOException().isThrownBy(() -> channel.force(false));
        channel.force(false);
      }
      assertThat(Files.readString(file)).isEqualTo("new");
      disk.cutPower();
      disk.restorePower();
      outcomes.add(describe(disk));
    }
    assertThat(outcomes).containsExactlyInAnyOrder("/f=old", "/f=new");
  }

  @Test
  void whatIsWrittenAnewAfterAFailedForceIsForced() throws IOException {
    Path file = disk.root().resolve("f");
    writeDurably(file, "old");
    try (FileChannel channel = open(file)) {
      channel.write(bytes("new"), 0);
      disk.failForce(1);
      assertThatIOException().isThrownBy(() -> channel.force(false));
      channel.write(bytes("new"), 0);
      channel.force(false);
    }
    disk.cutPower();
    disk.restorePower();
    assertThat(describe(disk)).isEqualTo("/f=new");
  }

  @Test
  void theSameSeedLeavesTheSame() throws IOException {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      StringBuilder run = new StringBuilder();
      outcomes(SimulatedDiskTest::writeALot, after -> run.append(describe(after)).append('\n'));
      runs.add(run.toString());
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).hasSizeGreaterThan(SEEDS);
  }

  private static void writeALot(Path root) throws IOException {
    for (int i = 0; i < 9; i++) {
      Path directory = Files.createDirectories(root.resolve("d" + i % 3));
      write(directory.resolve("f" + i), "x".repeat(i * 300));
      if (i % 2 == 0) {
        force(directory);
      }
      Files.move(directory.resolve("f" + i), directory.resolve("g" + i));
    }
  }

  @Test
  void whatADeadProcessWroteStays() throws IOException {
    write(disk.root().resolve("f"), "abc");
    disk.killProcess();
    assertThat(Files.readString(disk.root().resolve("f"))).isEqualTo("abc");
    assertThat(disk.usedBytes()).isEqualTo(3);
    // It is not durable for that.
    Set<String> left = new HashSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      SimulatedDisk copy = disk.copy(new Random(seed));
      copy.cutPower();
      copy.restorePower();
      left.add(describe(copy));
    }
    assertThat(left).contains("", "/f=", "/f=abc");
  }

  @Test
  void aDeadProcessDoesNothingMore() throws IOException {
    Path file = disk.root().resolve("f");
    FileChannel channel = open(file);
    disk.killProcess();
    for (Run dead : operations(channel)) {
      assertThatIOException().isThrownBy(() -> dead.run(file)).withMessage("the process is dead");
    }
    channel.close();
    assertThat(Files.readAllBytes(disk.root().resolve("f"))).isEmpty();
  }

  @Test
  void nothingWorksWithoutPower() throws IOException {
    Path file = disk.root().resolve("f");
    FileChannel channel = open(file);
    disk.cutPower();
    for (Run off : operations(channel)) {
      assertThatIOException().isThrownBy(() -> off.run(file)).withMessage("the power is off");
      assertThatIOException().isThrownBy(() -> Files.readAllBytes(disk.root().resolve("f")));
    }
    disk.restorePower();
    // Nor does it come back for those who used it before.
    assertThatIOException().isThrownBy(() -> channel.write(bytes("a"), 0));
    channel.close();
    Files.createDirectory(disk.root().resolve("d"));
  }

  private static List<Run> operations(FileChannel channel) {
    return List.of(
        path -> channel.write(bytes("a"), 0),
        path -> channel.read(ByteBuffer.allocate(1), 0),
        path -> channel.size(),
        path -> channel.truncate(0),
        path -> channel.force(true),
        path -> channel.tryLock(),
        path -> Files.size(path),
        path -> Files.delete(path),
        path -> Files.move(path, path.resolveSibling("g")),
        path -> Files.createDirectory(path.resolveSibling("d")),
        path -> Files.list(path.getParent()),
        path -> path.toRealPath(),
        path -> open(path));
  }

  @Test
  void theSameWritesAgainAndAgainTakeNoMoreMemory() throws IOException {
    try (FileChannel channel = open(disk.root().resolve("f"))) {
      for (int i = 0; i < 20_000; i++) {
        channel.write(bytes("abc"), 0);
      }
    }
    disk.cutPower();
    disk.restorePower();
    assertThat(describe(disk)).isIn("", "/f=abc", "/f=a", "/f=ab", "/f=");
  }

  @Test
  void aCopyGoesItsOwnWay() throws IOException {
    writeDurably(disk.root().resolve("f"), "abc");
    SimulatedDisk backup = disk.copy();
    writeDurably(disk.root().resolve("f"), "xyz");
    writeDurably(backup.root().resolve("g"), "1");
    assertThat(describe(disk)).isEqualTo("/f=xyz");
    assertThat(describe(backup)).isEqualTo("/f=abc /g=1");
  }
}
