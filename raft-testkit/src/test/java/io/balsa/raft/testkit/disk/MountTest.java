package io.balsa.raft.testkit.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file system of a simulated disk does what that of the operating system does. */
class MountTest {
  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final Path root = disk.root();

  @Test
  void filesAreWrittenReadCopiedMovedAndRemoved() throws IOException {
    Path file = Files.writeString(root.resolve("f"), "abc");
    assertThat(Files.readString(file)).isEqualTo("abc");
    assertThat(Files.size(file)).isEqualTo(3);
    Files.copy(file, root.resolve("copy"));
    Files.writeString(file, "defg", APPEND);
    Files.move(file, root.resolve("moved"));
    assertThat(Files.exists(file)).isFalse();
    assertThat(Files.readString(root.resolve("moved"))).isEqualTo("abcdefg");
    assertThat(Files.readString(root.resolve("copy"))).isEqualTo("abc");
    Files.copy(root.resolve("moved"), root.resolve("copy"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(Files.mismatch(root.resolve("moved"), root.resolve("copy"))).isEqualTo(-1);
    Files.delete(root.resolve("copy"));
    assertThat(Files.deleteIfExists(root.resolve("copy"))).isFalse();
    assertThat(disk.files()).containsExactly("/moved");
  }

  @Test
  void streamsWork() throws IOException {
    Path file = root.resolve("f");
    try (BufferedWriter writer = Files.newBufferedWriter(file)) {
      writer.write("one\ntwo\n");
    }
    try (InputStream in = Files.newInputStream(file)) {
      assertThat(in.readAllBytes()).hasSize(8);
    }
    assertThat(Files.readAllLines(file)).containsExactly("one", "two");
    Files.writeString(file, "x");
    assertThat(Files.readString(file)).isEqualTo("x");
  }

  @Test
  void directoriesAreMadeListedAndWalked() throws IOException {
    Files.createDirectories(root.resolve("a/b/c"));
    Files.createDirectories(root.resolve("a/b/c"));
    Files.createFile(root.resolve("a/x"));
    assertThat(Files.isDirectory(root.resolve("a"))).isTrue();
    assertThat(Files.isRegularFile(root.resolve("a/x"))).isTrue();
    try (Stream<Path> walk = Files.walk(root)) {
      assertThat(walk.map(Path::toString)).containsExactly("/", "/a", "/a/b", "/a/b/c", "/a/x");
    }
    try (var stream = Files.newDirectoryStream(root.resolve("a"), "x*")) {
      assertThat(stream).containsExactly(root.resolve("a/x"));
    } catch (UnsupportedOperationException e) {
      assertThat(e).hasMessageContaining("path matchers");
    }
    Files.move(root.resolve("a/b"), root.resolve("b"));
    assertThat(Files.isDirectory(root.resolve("b/c"))).isTrue();
    assertThat(Files.getLastModifiedTime(root.resolve("b")).toMillis()).isZero();
  }

  @Test
  void whatIsThereIsNotMadeAgainAndWhatIsNotThereNotFound() throws IOException {
    Path file = Files.createFile(root.resolve("f"));
    Path other = Files.createFile(root.resolve("g"));
    Path none = root.resolve("none");
    Files.createDirectories(root.resolve("d/e"));
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> Files.createFile(file));
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> Files.createDirectory(file));
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> Files.move(file, other));
    Files.move(file, other, StandardCopyOption.REPLACE_EXISTING);
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Files.delete(none));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> Files.readString(none));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> Files.createFile(root.resolve("none/f")));
    assertThatExceptionOfType(NotDirectoryException.class)
        .isThrownBy(() -> Files.createFile(other.resolve("f")));
    assertThatExceptionOfType(NotDirectoryException.class).isThrownBy(() -> Files.list(other));
    assertThatExceptionOfType(DirectoryNotEmptyException.class)
        .isThrownBy(() -> Files.delete(root.resolve("d")));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(none::toRealPath);
  }

  @Test
  void aChannelReadsAndWritesAtItsPositionAndElsewhere() throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve("f"), CREATE_NEW, READ, WRITE)) {
      assertThat(channel.write(ByteBuffer.wrap("abc".getBytes(UTF_8)))).isEqualTo(3);
      assertThat(channel.position()).isEqualTo(3);
      channel.write(ByteBuffer.wrap("z".getBytes(UTF_8)), 9000);
      assertThat(channel.size()).isEqualTo(9001);
      ByteBuffer bytes = ByteBuffer.allocate(10_000);
      channel.position(1);
      assertThat(channel.read(bytes)).isEqualTo(9000);
      assertThat(channel.read(bytes)).isEqualTo(-1);
      assertThat(bytes.get(0)).isEqualTo((byte) 'b');
      assertThat(bytes.get(5000)).isZero();
      assertThat(bytes.get(8999)).isEqualTo((byte) 'z');
      channel.truncate(2);
      assertThat(channel.position()).isEqualTo(2);
      channel.position(4).write(ByteBuffer.wrap("e".getBytes(UTF_8)));
    }
    assertThat(disk.content("/f")).containsExactly('a', 'b', 0, 0, 'e');
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 500, 4095, 4096, 4097, 20_000})
  void contentIsWhatAnArrayWouldHave(int length) throws IOException {
    Random random = new Random(length);
    byte[] expected = new byte[length];
    try (FileChannel channel = FileChannel.open(root.resolve("f"), CREATE, WRITE)) {
      channel.write(ByteBuffer.wrap(expected));
      for (int i = 0; i < 200; i++) {
        byte[] bytes = new byte[1 + random.nextInt(length)];
        if (random.nextInt(3) > 0) {
          random.nextBytes(bytes);
        }
        int at = random.nextInt(length - bytes.length + 1);
        System.arraycopy(bytes, 0, expected, at, bytes.length);
        channel.write(ByteBuffer.wrap(bytes), at);
        if (random.nextInt(4) == 0) {
          channel.force(false);
        }
      }
      channel.force(false);
    }
    try (FileChannel directory = FileChannel.open(root, READ)) {
      directory.force(true);
    }
    assertThat(disk.content("/f")).isEqualTo(expected);
    disk.cutPower();
    disk.restorePower();
    assertThat(disk.content("/f")).isEqualTo(expected);
  }

  @Test
  void aChannelDoesOnlyWhatItWasOpenedFor() throws IOException {
    Path file = Files.writeString(root.resolve("f"), "abc");
    ByteBuffer one = ByteBuffer.allocate(1);
    FileChannel reads = FileChannel.open(file, READ);
    assertThatExceptionOfType(NonWritableChannelException.class)
        .isThrownBy(() -> reads.write(one, 0));
    reads.close();
    assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> reads.read(one, 0));
    try (FileChannel writes = FileChannel.open(file, WRITE, TRUNCATE_EXISTING)) {
      assertThat(writes.size()).isZero();
      assertThatExceptionOfType(NonReadableChannelException.class)
          .isThrownBy(() -> writes.read(one, 0));
    }
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> FileChannel.open(root, WRITE))
        .withMessageContaining("Is a directory");
  }

  @Test
  void aLockExcludesTheRestOfTheProcessAndEndsWithIt() throws IOException {
    FileChannel channel = FileChannel.open(root.resolve("LOCK"), CREATE, WRITE);
    FileLock lock = channel.tryLock();
    assertThat(lock.isValid()).isTrue();
    FileChannel other = FileChannel.open(root.resolve("LOCK"), WRITE);
    assertThatExceptionOfType(OverlappingFileLockException.class).isThrownBy(other::tryLock);
    lock.release();
    other.lock(0, 10, false);
    channel.tryLock(10, 10, false);
    disk.killProcess();
    assertThat(lock.isValid()).isFalse();
    FileChannel next = FileChannel.open(disk.root().resolve("LOCK"), WRITE);
    assertThat(next.tryLock().isValid()).isTrue();
  }

  @Test
  void closingAnyChannelOnAFileGivesUpItsLocks() throws IOException {
    FileChannel channel = FileChannel.open(root.resolve("LOCK"), CREATE, WRITE);
    FileLock lock = channel.tryLock();
    FileChannel.open(root.resolve("LOCK"), WRITE).close();
    assertThat(lock.isValid()).isFalse();
  }

  @Test
  void aRemovedFileLivesUntilItIsClosed() throws IOException {
    try (FileChannel channel = FileChannel.open(root.resolve("f"), CREATE, READ, WRITE)) {
      Files.delete(root.resolve("f"));
      channel.write(ByteBuffer.allocate(3), 0);
      assertThat(channel.size()).isEqualTo(3);
      assertThat(disk.files()).isEmpty();
      assertThat(disk.usedBytes()).isZero();
    }
  }

  @Test
  void pathsAreResolvedAsElsewhere() {
    Path path = root.resolve("a/b/../c/./d");
    assertThat(path.normalize()).hasToString("/a/c/d");
    assertThat(path.getFileName()).hasToString("d");
    assertThat(root.getFileName()).isNull();
    assertThat(root.getParent()).isNull();
    assertThat(root.resolve("a").getParent()).isEqualTo(root);
    assertThat(root.resolve("a").relativize(root.resolve("b/c"))).hasToString("../b/c");
    assertThat(root.relativize(root.resolve("b"))).hasToString("b");
    assertThat(root.resolve("a").resolveSibling("b")).isEqualTo(root.resolve("b"));
    assertThat(root.resolve("a").startsWith(root)).isTrue();
    assertThat(root.resolve("a/b").endsWith("b")).isTrue();
    assertThat(root.getFileSystem().getPath("a", "b").toAbsolutePath()).hasToString("/a/b");
    assertThat(root.getFileSystem().getPath("").resolve("a")).hasToString("a");
    assertThat(root.getFileSystem().getPath("a").getParent()).isNull();
    assertThat(root.resolve("x y").toUri()).hasToString("simulated:/x%20y");
    assertThat(root).isEqualTo(disk.root()).isNotEqualTo(disk.copy().root());
    assertThat(root.resolve("a")).isLessThan(root.resolve("b"));
    assertThat(List.copyOf(root.getFileSystem().supportedFileAttributeViews()))
        .containsExactly("basic");
  }

  @Test
  void whatIsNotSupportedSaysSo() throws IOException {
    Path file = Files.createFile(root.resolve("f"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> FileChannel.open(file).map(FileChannel.MapMode.READ_ONLY, 0, 1))
        .withMessage("a simulated disk does not support mapping a file into memory");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Files.createSymbolicLink(root.resolve("g"), file));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Files.getPosixFilePermissions(file));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> root.getFileSystem().newWatchService());
  }

  @Test
  void zerosTakeNoMemory() throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(1 << 20);
    for (int file = 0; file < 100; file++) {
      try (FileChannel channel = FileChannel.open(root.resolve("f" + file), CREATE, WRITE)) {
        for (int i = 0; i < 64; i++) {
          channel.write(zeros.clear());
        }
        channel.force(false);
      }
    }
    assertThat(disk.usedBytes()).isEqualTo(100L * (64 << 20));
  }
}
