package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static io.balsa.raft.storage.Place.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Member;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tool says what an opening would say, and changes nothing. */
class InspectTest {
  private static final String SEGMENT_1 = "wal/" + WalFormat.fileName(1);
  private static final String SEGMENT_2 = "wal/" + WalFormat.fileName(2);
  private static final String SEGMENT_3 = "wal/" + WalFormat.fileName(3);

  private static final Configuration MEMBERS =
      Configuration.of(List.of(Member.parse("n1=host:1"))).withClusterId(new UUID(3, 4));

  @TempDir(factory = FastTempDir.class)
  Path directory;

  private final Random random = new Random(11);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<Entry> log = new ArrayList<>();
  private Place place;
  private Image image;

  /** Three segments with entries that were replaced, a configuration, and several syncs. */
  @BeforeEach
  void makeLog() throws IOException {
    place = new Place(directory.resolve("n"), 1500);
    LogStore store = place.openInTerm100();
    store.append(List.of(new Entry(1, 1, EntryType.CONFIGURATION, MEMBERS.toBytes())), 0);
    store.append(entries(2, 30, 1), 0);
    store.sync();
    store.append(entries(28, 40, 2), 27);
    store.append(entries(35, 60, 3), 27);
    store.sync();
    store.append(List.of(entry(61, 4, 100)), 45);
    store.sync();
    log.addAll(place.all());
    place.close();
    image = Image.of(place.directory);
    assertThat(image.files()).containsKeys(SEGMENT_1, SEGMENT_2, SEGMENT_3);
  }

  @AfterEach
  void close() throws IOException {
    place.close();
  }

  @Test
  void tellsWhoseDirectoryItIsAndThatAllIsWell() {
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    assertThat(out.toString(UTF_8))
        .contains("node n1  group counter", "cluster " + MEMBERS.clusterId())
        .contains("term 100  votedFor nobody", "segment    number 3")
        .contains("firstIndex 1  lastIndex 61  lastTerm 4  committed 45", "is ok");
    assertThat(err.size()).isZero();
  }

  @Test
  void listsTheEntriesOfTheLogAndNoneThatWasReplaced() {
    assertThat(run("log")).isEqualTo(Inspect.OK);
    List<String> lines = entryLines();
    assertThat(lines).hasSize(log.size());
    for (int i = 0; i < log.size(); i++) {
      Entry entry = log.get(i);
      assertThat(lines.get(i))
          .contains("index " + entry.index() + "  term " + entry.term() + "  type " + entry.type())
          .contains("bytes " + entry.data().length + "  segment ");
    }
  }

  @Test
  void listsAPartOfTheLog() {
    run("log", "--from", "33", "--to", "36");
    assertThat(entryLines()).hasSize(4);
    assertThat(entryLines().get(0)).contains("index 33 ");
    run("log", "--from", "61");
    assertThat(entryLines()).hasSize(1);
    for (String[] none : new String[][] {{"--from", "62"}, {"--to", "0"}}) {
      assertThat(run("log", none[0], none[1])).isEqualTo(Inspect.OK);
      assertThat(entryLines()).isEmpty();
    }
  }

  @Test
  void showsWhatIsInAnEntryOnlyOnRequest() {
    String secret = HexFormat.of().formatHex(log.get(60).data());
    run("log", "--from", "61");
    assertThat(out.toString(UTF_8)).doesNotContain(secret);
    run("log", "--from", "61", "--payload");
    assertThat(out.toString(UTF_8)).contains("payload " + secret);
    run("log", "--payload");
    assertThat(entryLines()).hasSize(61);
  }

  @Test
  void speaksJson() {
    run("log", "--from", "1", "--to", "1", "--json");
    assertThat(out.toString(UTF_8).lines().toList())
        .containsExactly(
            "{\"what\":\"entry\",\"index\":1,\"term\":1,\"type\":\"CONFIGURATION\",\"bytes\":"
                + MEMBERS.toBytes().length
                + ",\"segment\":1,\"offset\":64}",
            "{\"what\":\"verdict\",\"is\":\"ok\"}");
    run("verify", "--json");
    assertThat(out.toString(UTF_8)).contains("\"lastIndex\":61,\"lastTerm\":4,\"committed\":45}");
  }

  @Test
  void leavesAnUnfinishedWriteWhereItIs() throws IOException {
    int end = image.endOfContent(SEGMENT_3);
    byte[] torn = image.files().get(SEGMENT_3).clone();
    Arrays.fill(torn, end, end + 20, (byte) 7);
    image.with(SEGMENT_3, torn).layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    assertThat(out.toString(UTF_8)).contains("unfinished segment 3  offset " + end + "  bytes 20");
    assertThat(Image.of(place.directory).files().get(SEGMENT_3)).isEqualTo(torn);
  }

  @Test
  void reportsDamageAndListsWhatIsBeforeIt() throws IOException {
    image.withFlippedBit(SEGMENT_2, 700, random).layOut(place.directory);
    assertThat(run("log")).isEqualTo(Inspect.DAMAGED);
    assertThat(out.toString(UTF_8)).contains("is damaged  problem ", SEGMENT_2, "at offset");
    List<String> before = entryLines();
    assertThat(before).isNotEmpty().hasSizeLessThan(log.size());
    assertThat(run("verify")).isEqualTo(Inspect.DAMAGED);
  }

  @Test
  void reportsWhatIsMissing() throws IOException {
    for (String missing : List.of("identity", "hardstate", SEGMENT_1, SEGMENT_2)) {
      image.without(missing).layOut(place.directory);
      assertThat(run("verify")).as(missing).isEqualTo(Inspect.DAMAGED);
      assertThat(out.toString(UTF_8)).contains(missing);
    }
    image.without(SEGMENT_1).without(SEGMENT_2).without(SEGMENT_3).layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.DAMAGED);
    assertThat(out.toString(UTF_8)).contains("the segments of the log are missing");
  }

  @Test
  void reportsATermThatWasLost() throws IOException {
    try (Place fresh = new Place(directory.resolve("fresh"), 1500)) {
      fresh.open();
      byte[] hardState = Files.readAllBytes(fresh.directory.resolve("hardstate"));
      image.with("hardstate", hardState).layOut(place.directory);
    }
    assertThat(run("verify")).isEqualTo(Inspect.DAMAGED);
    assertThat(out.toString(UTF_8)).contains("older than the log");
  }

  /** Wherever a bit flips, or zeros are, an opening says the same. */
  @Test
  void agreesWithAnOpeningAndChangesNothing() throws IOException {
    List<String> names = List.of("identity", "hardstate", SEGMENT_1, SEGMENT_2, SEGMENT_3);
    int damaged = 0;
    for (int i = 0; i < 300; i++) {
      String name = names.get(random.nextInt(names.size()));
      int offset = random.nextInt(image.endOfContent(name) - 8);
      Image changed =
          random.nextInt(4) == 0
              ? image.withZeros(name, offset, image.files().get(name).length)
              : image.withFlippedBit(name, offset, random);
      changed.layOut(place.directory);
      Map<String, FileTime> before = times();
      int code = run("verify");
      assertThat(times()).isEqualTo(before);
      assertThat(Image.of(place.directory).files()).containsAllEntriesOf(changed.files());
      String what = name + " at " + offset + ": " + out.toString(UTF_8);
      assertThat(code).as(what).isEqualTo(opening());
      damaged += code;
      place.close();
    }
    assertThat(damaged).isBetween(100, 300);
  }

  /** What an opening makes of it, as an exit code. */
  private int opening() throws IOException {
    try {
      long last = place.open().recovered().lastIndex();
      assertThat(out.toString(UTF_8)).contains("lastIndex " + last + " ");
      return Inspect.OK;
    } catch (StorageException e) {
      if (e instanceof DamagedLogException damage) {
        assertThat(out.toString(UTF_8)).contains(damage.getMessage());
      }
      return Inspect.DAMAGED;
    }
  }

  private Map<String, FileTime> times() throws IOException {
    Map<String, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(place.directory)) {
      for (Path file : files.toList()) {
        times.put(file.toString(), Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void refusesADirectoryThatIsOpenHereAndLeavesItsLockAlone() throws IOException {
    place.open();
    assertThat(run("verify")).isEqualTo(Inspect.UNREADABLE);
    assertThat(err.toString(UTF_8)).contains("is open in this process");
    assertThat(out.size()).isZero();
    place.close();
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    place.open();
  }

  @Test
  void saysWhichOtherProcessHasTheDirectoryOpen() throws Exception {
    Process owner = startOwner();
    try {
      assertThat(owner.inputReader().readLine()).isEqualTo("open");
      assertThat(run("verify")).isEqualTo(Inspect.UNREADABLE);
      boolean known = Files.isReadable(Path.of("/proc/locks"));
      assertThat(err.toString(UTF_8))
          .contains(place.directory + " is open in another process")
          .contains(known ? "process (" + owner.pid() + ", " : "process");
    } finally {
      owner.destroyForcibly().waitFor();
    }
    assertThat(run("verify")).isEqualTo(Inspect.OK);
  }

  private Process startOwner() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    String directoryToOpen = place.directory.toString();
    return new ProcessBuilder(java, "-cp", classPath, Owner.class.getName(), directoryToOpen)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Opens a directory, and keeps it until the input ends. */
  static final class Owner {
    private Owner() {}

    public static void main(String[] args) throws IOException {
      try (Place place = new Place(Path.of(args[0]), 1500)) {
        place.open();
        System.out.println("open");
        assertThat(System.in.read()).isNegative();
      }
    }
  }

  @Test
  void keepsOwnersOutWhileItReads() throws IOException {
    try (Inspection reading = Inspection.open(place.directory)) {
      reading.run();
      assertThatThrownBy(place::open).isInstanceOf(StorageException.class);
    }
    place.open();
  }

  @Test
  void refusesWhatIsNoDataDirectory() throws IOException {
    place = new Place(Files.createDirectory(directory.resolve("empty")), 1500);
    assertThat(run("verify")).isEqualTo(Inspect.UNREADABLE);
    assertThat(place.directory).isEmptyDirectory();
    place = new Place(directory.resolve("nowhere"), 1500);
    assertThat(run("verify")).isEqualTo(Inspect.UNREADABLE);
    assertThat(place.directory).doesNotExist();
    assertThat(err.toString(UTF_8)).contains("is not a data directory").doesNotContain("\tat ");
  }

  @Test
  void refusesADirectoryOfANewerVersion() throws IOException {
    String identity = new String(image.files().get("identity"), UTF_8);
    String newer =
        identity.substring(0, identity.indexOf("crc32c=")).replace("format=1", "format=2");
    CRC32C crc = new CRC32C();
    crc.update(newer.getBytes(UTF_8));
    newer += String.format("crc32c=%08x\n", crc.getValue());
    image.with("identity", newer.getBytes(UTF_8)).layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.UNREADABLE);
    assertThat(err.toString(UTF_8)).contains("newer version");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    String dir = place.directory.toString();
    for (List<String> args :
        List.of(
            List.<String>of(),
            List.of("verify"),
            List.of("repair", dir),
            List.of("verify", dir, "--payload"),
            List.of("log", dir, "--from"),
            List.of("log", dir, "--from", "x"),
            List.of("log", dir, "more"))) {
      assertThat(runAll(args.toArray(String[]::new))).as("%s", args).isEqualTo(Inspect.USAGE);
      assertThat(err.toString(UTF_8)).contains("usage: Inspect");
    }
  }

  @Test
  void reportsAConfigurationThatNobodyCanRead() throws IOException {
    LogStore store = place.open();
    store.append(List.of(new Entry(5, 62, EntryType.CONFIGURATION, new byte[30])), 0);
    store.sync();
    place.close();
    assertThat(run("verify")).isEqualTo(Inspect.DAMAGED);
    assertThat(out.toString(UTF_8)).contains("lastIndex 62", "entry 62 holds no configuration");
  }

  private int run(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command, place.directory.toString()));
    args.addAll(List.of(options));
    return runAll(args.toArray(String[]::new));
  }

  private int runAll(String... args) {
    out.reset();
    err.reset();
    return Inspect.run(new PrintStream(out, true), new PrintStream(err, true), args);
  }

  private List<String> entryLines() {
    return out.toString(UTF_8).lines().filter(line -> line.startsWith("entry")).toList();
  }
}
