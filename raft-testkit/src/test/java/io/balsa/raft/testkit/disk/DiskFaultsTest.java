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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The faults of a simulated disk, one by one. */
class DiskFaultsTest {
  private SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private FileChannel channel;

  @BeforeEach
  void openFile() throws IOException {
    channel = open(disk);
  }

  private static FileChannel open(SimulatedDisk disk) throws IOException {
    return FileChannel.open(disk.root().resolve("f"), CREATE, READ, WRITE);
  }

  private int write(String text) throws IOException {
    return channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)), 0);
  }

  private String content() {
    return new String(disk.content("/f"), UTF_8);
  }

  @Test
  void oneWriteFailsAndTheNextSucceeds() throws IOException {
    disk.failWrite(2);
    write("a");
    assertThatIOException().isThrownBy(() -> write("b"));
    assertThat(content()).isEqualTo("a");
    write("c");
    assertThat(content()).isEqualTo("c");
    assertThat(disk.writes()).isEqualTo(3);
  }

  @Test
  void aTornWriteLeavesItsFirstBytes() throws IOException {
    write("abc");
    disk.tearWrite(1, 2);
    assertThatIOException().isThrownBy(() -> write("xyz"));
    assertThat(content()).isEqualTo("xyc");
  }

  @Test
  void oneForceFailsOfFilesAndDirectories() throws IOException {
    disk.failForce(2);
    channel.force(false);
    try (FileChannel directory = FileChannel.open(disk.root(), READ)) {
      assertThatIOException().isThrownBy(() -> directory.force(true));
      directory.force(true);
    }
    assertThat(disk.forces()).isEqualTo(3);
  }

  @Test
  void oneReadFails() throws IOException {
    write("a");
    disk.failRead(1);
    Path file = disk.root().resolve("f");
    assertThatIOException().isThrownBy(() -> Files.readAllBytes(file));
    assertThat(Files.readString(file)).isEqualTo("a");
  }

  @Test
  void aFullDiskTakesWhatItCan() throws IOException {
    write("ab");
    disk.limitSpace(2);
    assertThat(write("abcdef")).isEqualTo(4);
    assertThat(write("xyz")).isEqualTo(3);
    assertThatIOException()
        .isThrownBy(() -> channel.write(ByteBuffer.allocate(1), 4))
        .withMessage("No space left on device");
    Files.write(disk.root().resolve("empty"), new byte[0]);
    channel.truncate(1);
    assertThat(channel.write(ByteBuffer.allocate(9), 1)).isEqualTo(3);
    disk.heal();
    assertThat(channel.write(ByteBuffer.allocate(9), 1)).isEqualTo(9);
  }

  @Test
  void aRemovedFileGivesItsSpaceBack() throws IOException {
    write("abcd");
    disk.limitSpace(0);
    Files.delete(disk.root().resolve("f"));
    assertThat(disk.usedBytes()).isZero();
    Files.write(disk.root().resolve("g"), new byte[4]);
    assertThat(disk.usedBytes()).isEqualTo(4);
  }

  @Test
  void aLostWriteIsReportedAsDone() throws IOException {
    write("abc");
    disk.loseNextWrite();
    assertThat(write("xyz")).isEqualTo(3);
    channel.force(false);
    assertThat(content()).isEqualTo("abc");
    write("xyz");
    assertThat(content()).isEqualTo("xyz");
  }

  @Test
  void aMisdirectedWriteLandsElsewhere() throws IOException {
    write("abcdef");
    disk.misdirectNextWrite(3);
    write("xy");
    assertThat(content()).isEqualTo("abcxyf");
    write("xy");
    assertThat(content()).isEqualTo("xycxyf");
  }

  @Test
  void damageIsThereNowAndAfterAPowerCut() throws IOException {
    write("abcdef");
    channel.force(false);
    try (FileChannel directory = FileChannel.open(disk.root(), READ)) {
      directory.force(true);
    }
    disk.flipBit("/f", 1);
    assertThat(content()).isEqualTo("cbcdef");
    disk.swapBlocks("/f", 0, 4, 2);
    assertThat(content()).isEqualTo("efcdcb");
    disk.truncate("/f", 3);
    assertThat(content()).isEqualTo("efc");
    disk.cutPower();
    disk.restorePower();
    assertThat(content()).isEqualTo("efc");
    assertThat(disk.usedBytes()).isEqualTo(3);
  }

  @Test
  void anInterferenceSeesEveryOperation() throws IOException {
    List<String> seen = new ArrayList<>();
    disk.interfere(operation -> seen.add(operation.toString()));
    Path root = disk.root();
    Files.createDirectory(root.resolve("d"));
    Files.write(root.resolve("d/g"), new byte[] {1, 2});
    Files.move(root.resolve("d/g"), root.resolve("h"));
    channel.force(false);
    try (var listing = Files.list(root.resolve("d"))) {
      assertThat(listing).isEmpty();
    }
    try (FileChannel directory = FileChannel.open(root, READ)) {
      directory.force(true);
    }
    channel.truncate(0);
    channel.tryLock().close();
    channel.read(ByteBuffer.allocate(3), 7);
    Files.delete(root.resolve("h"));
    assertThat(seen)
        .containsExactly(
            "CREATE_DIRECTORY /d",
            "CREATE /d/g",
            "WRITE /d/g 0+2",
            "RENAME /h",
            "FORCE /f",
            "LIST /d",
            "OPEN /",
            "FORCE_DIRECTORY /",
            "TRUNCATE /f",
            "LOCK /f",
            "READ /f 7+3",
            "DELETE /h");
  }

  @Test
  void anInterferenceMakesAnOperationFail() throws IOException {
    disk.interfere(
        operation -> {
          throw new IOException("no " + operation.kind());
        });
    assertThatIOException().isThrownBy(() -> write("a")).withMessage("no WRITE");
    assertThatIOException().isThrownBy(() -> channel.force(true)).withMessage("no FORCE");
    assertThatIOException()
        .isThrownBy(() -> Files.delete(disk.root().resolve("f")))
        .withMessage("no DELETE");
    disk.heal();
    write("a");
    assertThat(content()).isEqualTo("a");
  }

  @Test
  void anInterferenceTearsAWrite() {
    disk.interfere(
        operation -> {
          throw new TornWriteException(2);
        });
    assertThatIOException().isThrownBy(() -> write("abc")).withMessageContaining("2 bytes");
    assertThat(content()).isEqualTo("ab");
  }

  @Test
  void aForceThatAnInterferenceRefusedLeavesItsPagesClean() throws IOException {
    Set<String> left = new HashSet<>();
    write("a");
    disk.interfere(
        operation -> {
          throw new IOException("no");
        });
    assertThatIOException().isThrownBy(() -> channel.force(true));
    disk.heal();
    channel.force(true);
    try (FileChannel directory = FileChannel.open(disk.root(), READ)) {
      directory.force(true);
    }
    for (int seed = 0; seed < 50; seed++) {
      SimulatedDisk copy = disk.copy(new Random(seed));
      copy.cutPower();
      copy.restorePower();
      left.add(new String(copy.content("/f"), UTF_8));
    }
    assertThat(left).contains("a").hasSizeGreaterThan(1);
  }

  @Test
  void aProcessThatDiesDuringAWriteHasWrittenAPart() throws IOException {
    Set<String> left = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      disk = new SimulatedDisk(new SplittableRandom(seed));
      channel = open(disk);
      disk.interfere(operation -> disk.killProcess());
      assertThatIOException().isThrownBy(() -> write("abc")).withMessage("the process is dead");
      left.add(content());
    }
    assertThat(left).containsExactlyInAnyOrder("", "a", "ab", "abc");
  }

  @Test
  void aPowerCutDuringAForceOrARemovalLeavesItDoneOrNot() throws IOException {
    Set<Integer> left = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      disk = new SimulatedDisk(new SplittableRandom(seed));
      channel = open(disk);
      try (FileChannel directory = FileChannel.open(disk.root(), READ)) {
        directory.force(true);
      }
      disk.interfere(operation -> disk.cutPower());
      assertThatIOException()
          .isThrownBy(() -> Files.delete(disk.root().resolve("f")))
          .withMessage("the power is off");
      disk.heal();
      disk.restorePower();
      left.add(disk.files().size());
    }
    assertThat(left).containsExactlyInAnyOrder(0, 1);
  }

  @Test
  void whatWasBegunBeforeAPowerCutDoesNotTouchWhatItLeft() throws IOException {
    try (FileChannel directory = FileChannel.open(disk.root(), READ)) {
      directory.force(true);
    }
    disk.interfere(
        operation -> {
          disk.cutPower();
          disk.restorePower();
        });
    assertThatIOException().isThrownBy(() -> write("abc")).withMessage("the power is off");
    assertThat(content()).isEmpty();
  }

  @Test
  void hooksAreCalledOutsideTheLock() throws IOException {
    List<Long> seen = new ArrayList<>();
    disk.beforeWrite(() -> seen.add(disk.writes()));
    disk.beforeForce(() -> seen.add(disk.forces()));
    write("a");
    channel.force(false);
    assertThat(seen).containsExactly(0L, 0L);
  }
}
