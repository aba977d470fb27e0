package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose directory it is, who may open it, and what must be in it. */
class DirectoryTest {
  private static final Quiet QUIET = new Quiet(2000);

  @TempDir(factory = FastTempDir.class)
  Path parent;

  private Path directory;
  private Place place;

  @BeforeEach
  void makePlace() {
    directory = parent.resolve("n1");
    place = new Place(directory, 2000);
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  private static FileStorage storage(Path path) throws IOException {
    return FileStorage.open(path);
  }

  /** A storage with an open log, or why there is none. */
  private static FileStorage opened(Path path) throws IOException {
    FileStorage storage = storage(path);
    storage.open(Place.GROUP, Place.IDENTITY, QUIET);
    return storage;
  }

  private void fill() throws IOException {
    LogStore log = place.open();
    log.saveHardState(new HardState(5, new NodeId("n2")));
    log.append(entries(1, 30, 4), 0);
    log.sync();
    place.close();
  }

  private void refuses(String message) {
    assertThatThrownBy(() -> place.open())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void st15_aSecondStorageInThisProcessIsRefused() throws Exception {
    place.open();
    assertThatThrownBy(() -> opened(directory))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("open in this process");
    // Refusing must not have given up the lock that other processes see.
    assertThat(lockFromAnotherProcess()).isEqualTo("refused");
    place.close();
    assertThat(lockFromAnotherProcess()).isEqualTo("opened");
    opened(directory).close();
  }

  @Test
  void st15_aDirectoryOpenInAnotherProcessIsRefused() throws Exception {
    Process other = start("wait");
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("opened");
      assertThatThrownBy(() -> opened(directory))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another process");
    } finally {
      other.destroyForcibly();
      assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    place.open();
  }

  private String lockFromAnotherProcess() throws Exception {
    Process other = start("once");
    String outcome = other.inputReader().readLine();
    assertThat(other.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return outcome;
  }

  private Process start(String mode) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(
            java, "-cp", classPath, Opener.class.getName(), directory.toString(), mode)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Opens a directory in a process of its own. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] args) throws IOException {
      try (FileStorage storage = storage(Path.of(args[0]))) {
        storage.open(Place.GROUP, Place.IDENTITY, QUIET);
        System.out.println("opened");
        if (args[1].equals("wait")) {
          int end = System.in.read();
          System.out.println(end);
        }
      } catch (StorageException e) {
        System.out.println("refused");
      }
    }
  }

  @Test
  void st15_theOperatingSystemsLockCountsToo() throws IOException {
    Files.createDirectories(directory);
    try (var channel = Disk.openOrCreate(directory.resolve("LOCK"))) {
      assertThat(channel.tryLock()).isNotNull();
      assertThatThrownBy(() -> opened(directory)).hasMessageContaining("open in this process");
    }
    opened(directory).close();
  }

  @Test
  void st15_aStorageThatWasNeverUsedHoldsNothing() throws Exception {
    FileStorage unused = storage(directory);
    assertThat(directory).doesNotExist();
    opened(directory).close();
    unused.open(Place.GROUP, Place.IDENTITY, QUIET);
    assertThatThrownBy(() -> opened(directory)).hasMessageContaining("open in this process");
    unused.close();
    storage(directory).close();
  }

  @Test
  void st15_aFirstOpeningThatFailedHoldsNothing() throws Exception {
    fill();
    Image image = Image.of(directory);
    image.without("hardstate").layOut(directory);
    FileStorage failed = storage(directory);
    assertThatThrownBy(() -> failed.open(Place.GROUP, Place.IDENTITY, QUIET))
        .hasMessageContaining("has lost the file hardstate");
    image.layOut(directory);
    assertThat(lockFromAnotherProcess()).isEqualTo("opened");
    opened(directory).close();
    // It may try again, and then holds it.
    failed.open(Place.GROUP, Place.IDENTITY, QUIET);
    assertThat(lockFromAnotherProcess()).isEqualTo("refused");
    failed.close();
  }

  @Test
  void st15_anotherOpeningThatFailsKeepsTheDirectory() throws Exception {
    fill();
    Image image = Image.of(directory);
    try (FileStorage storage = storage(directory)) {
      storage.open(Place.GROUP, Place.IDENTITY, QUIET).close();
      assertThat(lockFromAnotherProcess()).isEqualTo("refused");
      Files.move(directory.resolve("hardstate"), parent.resolve("aside"));
      assertThatThrownBy(() -> storage.open(Place.GROUP, Place.IDENTITY, QUIET))
          .hasMessageContaining("has lost the file hardstate");
      Files.move(parent.resolve("aside"), directory.resolve("hardstate"));
      assertThat(lockFromAnotherProcess()).isEqualTo("refused");
      storage.open(Place.GROUP, Place.IDENTITY, QUIET);
    }
    assertThat(Image.of(directory).files()).containsOnlyKeys(image.files().keySet());
    assertThat(lockFromAnotherProcess()).isEqualTo("opened");
  }

  @Test
  void st15_aSecondStoreOfOneStorageIsRefused() throws IOException {
    try (FileStorage storage = storage(directory)) {
      LogStore first = storage.open(Place.GROUP, Place.IDENTITY, QUIET);
      assertThatThrownBy(() -> storage.open(Place.GROUP, Place.IDENTITY, QUIET))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("open already");
      first.close();
      assertThat(storage.open(Place.GROUP, Place.IDENTITY, QUIET)).isNotNull();
    }
  }

  @Test
  void st15_anotherNodeOrGroupIsRefusedByName() throws IOException {
    fill();
    UUID cluster = Place.IDENTITY.clusterId();
    NodeId node = Place.IDENTITY.nodeId();
    UUID incarnation = Place.IDENTITY.incarnation();
    try (FileStorage storage = storage(directory)) {
      Identity otherNode = new Identity(cluster, new NodeId("n9"), incarnation);
      assertThatThrownBy(() -> storage.open(Place.GROUP, otherNode, QUIET))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("belongs to node n1, not to n9");
      assertThatThrownBy(() -> storage.open("orders", Place.IDENTITY, QUIET))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("belongs to group counter, not to orders");
    }
  }

  /** The log says of which cluster it is, and there was none when the directory was made. */
  @Test
  void theIncarnationIsTheDirectorysAndTheClusterTheOpeners() throws IOException {
    fill();
    NodeId node = Place.IDENTITY.nodeId();
    try (FileStorage storage = storage(directory)) {
      Identity joined = new Identity(new UUID(9, 9), node, new UUID(7, 7));
      assertThat(storage.open(Place.GROUP, joined, QUIET).identity())
          .isEqualTo(new Identity(new UUID(9, 9), node, Place.IDENTITY.incarnation()));
    }
    assertThat(directory.resolve("identity"))
        .content()
        .doesNotContain("cluster", Place.IDENTITY.clusterId().toString());
  }

  @Test
  void groupNamesAreChecked() throws IOException {
    try (FileStorage storage = storage(directory)) {
      for (String name : new String[] {"", "a\nb", "x".repeat(256)}) {
        assertThatThrownBy(() -> storage.open(name, Place.IDENTITY, QUIET))
            .isInstanceOf(IllegalArgumentException.class);
      }
      storage.open("a=b ü", Place.IDENTITY, QUIET).close();
      storage.open("a=b ü", Place.IDENTITY, QUIET).close();
    }
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Files.createFile(directory);
    refuses("is not a directory");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefused() {
    assertThatThrownBy(() -> opened(Path.of("/proc/self/balsa")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("can't be written");
  }

  @Test
  void onlyTheOwnerMayLookInside() throws IOException {
    fill();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        String expected = Files.isDirectory(file) ? "rwx------" : "rw-------";
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void aNewerFormatIsRefusedClearly() throws IOException {
    fill();
    Image image = Image.of(directory);
    String text = new String(image.files().get("identity"), StandardCharsets.UTF_8);
    String newer = text.substring(0, text.indexOf("crc32c=")).replace("format=1", "format=2");
    CRC32C crc = new CRC32C();
    crc.update(newer.getBytes(StandardCharsets.UTF_8));
    newer += "crc32c=" + String.format("%08x", crc.getValue()) + "\n";
    image.with("identity", newer.getBytes(StandardCharsets.UTF_8)).layOut(directory);
    refuses("newer version");

    byte[] hardState = image.files().get("hardstate").clone();
    hardState[5] = 2;
    crc.reset();
    crc.update(hardState, 0, hardState.length - 4);
    java.nio.ByteBuffer.wrap(hardState).putInt(hardState.length - 4, (int) crc.getValue());
    image.with("hardstate", hardState).layOut(directory);
    refuses("newer version");
  }

  @Test
  void aDamagedIdentityOrHardStateIsReported() throws IOException {
    fill();
    Image image = Image.of(directory);
    Random random = new Random(3);
    for (String name : new String[] {"identity", "hardstate"}) {
      int length = image.files().get(name).length;
      for (int offset = 0; offset < length; offset++) {
        image.withFlippedBit(name, offset, random).layOut(directory);
        assertThatThrownBy(() -> place.open()).isInstanceOf(DamagedLogException.class);
      }
      for (int shorter = 0; shorter < length; shorter++) {
        byte[] content = java.util.Arrays.copyOf(image.files().get(name), shorter);
        image.with(name, content).layOut(directory);
        assertThatThrownBy(() -> place.open()).isInstanceOf(DamagedLogException.class);
      }
    }
  }

  @Test
  void el22_aLogWithoutItsHardStateIsRefused() throws IOException {
    fill();
    Image image = Image.of(directory);
    image.without("hardstate").layOut(directory);
    refuses("has lost the file hardstate");
    image.without("identity").layOut(directory);
    refuses("has lost the file identity");
    image.without("identity").without("hardstate").layOut(directory);
    refuses("has lost the file identity");
    assertThat(Image.of(directory).files())
        .containsOnlyKeys(image.without("identity").without("hardstate").files().keySet());
  }

  @Test
  void el22_aHardStateOlderThanTheLogIsRefused() throws IOException {
    fill();
    Image image = Image.of(directory);
    HardStateFile.write(
        directory.resolve("hardstate"), Place.IDENTITY.incarnation(), new HardState(3, null));
    refuses("older than the log");
    HardStateFile.write(directory.resolve("hardstate"), new UUID(8, 8), new HardState(9, null));
    refuses("written in another directory");
    image.layOut(directory);
    place.open();
  }

  @Test
  void st24_aHardStateThatWasNotCompletedDoesNotCount() throws IOException {
    fill();
    Image image = Image.of(directory);
    byte[] half = java.util.Arrays.copyOf(image.files().get("hardstate"), 11);
    image
        .with("hardstate.tmp", half)
        .with("identity.tmp", half)
        .with("wal/spare.tmp", half)
        .with("wal/large.tmp", half)
        .layOut(directory);
    assertThat(place.open().recovered().hardState()).isEqualTo(new HardState(5, new NodeId("n2")));
    place.close();
    assertThat(Image.of(directory).files()).containsOnlyKeys(image.files().keySet());
  }

  @Test
  void st22_whatIsNotOursStays() throws IOException {
    fill();
    Files.writeString(directory.resolve("wal/notes.txt"), "mine");
    Files.writeString(directory.resolve("other.tmp"), "mine");
    place.open();
    assertThat(place.all()).isEqualTo(entries(1, 30, 4));
    place.close();
    assertThat(directory.resolve("wal/notes.txt")).hasContent("mine");
    assertThat(directory.resolve("other.tmp")).hasContent("mine");
  }

  @Test
  void everyCrashWhileADirectoryIsMadeIsAccepted() throws IOException {
    place.open();
    place.close();
    Image image = Image.of(directory);
    image.without("wal/" + WalFormat.fileName(1)).layOut(directory);
    place.open();
    place.close();
    image.without("wal/" + WalFormat.fileName(1)).without("hardstate").layOut(directory);
    place.open();
    place.close();
    new Image(java.util.Map.of()).layOut(directory);
    assertThat(place.open().recovered().lastIndex()).isZero();
  }

  @Test
  void theHardStateNeverGoesBack() throws IOException {
    for (int term = 1; term <= 10; term++) {
      HardState state = new HardState(term, term % 2 == 0 ? null : new NodeId("n" + term));
      place.open().saveHardState(state);
      assertThat(place.open().recovered().hardState()).isEqualTo(state);
    }
  }
}
