package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.LogStore;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tool says of a log that was compacted, and of the snapshot before it. */
class InspectSnapshotTest {
  private static final UUID CLUSTER = new UUID(3, 4);
  private static final Configuration MEMBERS =
      Configuration.of(
              List.of(
                  Member.parse("n1=host1:7000").withIncarnation(new UUID(5, 6)),
                  Member.parse("n2=host2:7000")))
          .withLearner("n3=host3:7000")
          .withClusterId(CLUSTER);

  @TempDir(factory = FastTempDir.class)
  Path parent;

  private final Random random = new Random(17);
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Place place;
  private LogStore log;

  @BeforeEach
  void openPlace() throws IOException {
    place = new Place(parent.resolve("n1"), 1000);
    log = place.openInTerm100();
    log.append(entries(1, 200, 1), 0);
    log.sync();
  }

  @AfterEach
  void closePlace() throws IOException {
    place.close();
  }

  private Snapshot publish(LogPosition last) throws IOException {
    byte[] image = new byte[3 * SnapshotFormat.BLOCK];
    random.nextBytes(image);
    UUID id = new UUID(1, last.index());
    try (SnapshotStore.Image file = log.snapshots().create(id, last, 7, MEMBERS)) {
      file.write(image);
      return file.publish();
    }
  }

  /** A log that is compacted up to 150. */
  private Snapshot compact() throws IOException {
    Snapshot snapshot = publish(new LogPosition(1, 150));
    log.discard(150);
    place.close();
    return snapshot;
  }

  private static String name(Snapshot snapshot) {
    return "snapshots/" + SnapshotFormat.fileName(snapshot, SnapshotFormat.SUFFIX);
  }

  private static String segment(long number) {
    return "wal/" + WalFormat.fileName(number);
  }

  private int run(String command, String... options) {
    List<String> args = new ArrayList<>(List.of(command, place.directory.toString()));
    args.addAll(List.of(options));
    out.reset();
    err.reset();
    String[] all = args.toArray(String[]::new);
    return Inspect.run(new PrintStream(out, true), new PrintStream(err, true), all);
  }

  private String said() {
    return out.toString(UTF_8);
  }

  private List<String> entryLines() {
    return said().lines().filter(line -> line.startsWith("entry")).toList();
  }

  @Test
  void tellsWhatTheSnapshotStandsForAndTheMembers() throws IOException {
    Snapshot snapshot = compact();
    assertThat(run("snapshot")).isEqualTo(Inspect.OK);
    assertThat(said().lines().toList())
        .containsExactly(
            "snapshot   index 150  term 1  configuration 7  bytes "
                + (snapshot.bytes() + "  id " + snapshot.id() + "  cluster " + CLUSTER),
            "member     role voter  is n1=host1:7000  incarnation " + new UUID(5, 6),
            "member     role voter  is n2=host2:7000  incarnation unknown",
            "member     role learner  is n3=host3:7000  incarnation unknown",
            "verdict    is ok");
    assertThat(run("snapshot", "--json")).isEqualTo(Inspect.OK);
    assertThat(said().lines().toList())
        .hasSize(5)
        .contains(
            "{\"what\":\"snapshot\",\"index\":150,\"term\":1,\"configuration\":7,\"bytes\":"
                + snapshot.bytes()
                + (",\"id\":\"" + snapshot.id() + "\",\"cluster\":\"" + CLUSTER + "\"}"),
            "{\"what\":\"member\",\"role\":\"voter\",\"is\":\"n2=host2:7000\","
                + "\"incarnation\":\"unknown\"}");
  }

  @Test
  void saysNothingOfASnapshotWhereThereIsNone() throws IOException {
    place.close();
    assertThat(run("snapshot")).isEqualTo(Inspect.OK);
    assertThat(said().lines().toList()).containsExactly("verdict    is ok");
  }

  @Test
  void listsTheLogFromTheFirstEntryThatIsLeft() throws IOException {
    compact();
    long first = place.open().recovered().start().index() + 1;
    place.close();
    for (String[] options : new String[][] {{}, {"--from", "1"}, {"--from", "" + first}}) {
      assertThat(run("log", options)).isEqualTo(Inspect.OK);
      assertThat(entryLines()).hasSize((int) (200 - first + 1));
      assertThat(entryLines().get(0)).contains("index " + first + " ");
    }
    run("log", "--from", "1", "--to", "" + (first - 1));
    assertThat(entryLines()).isEmpty();
    run("log", "--to", "" + first);
    assertThat(entryLines()).hasSize(1);
    run("verify");
    assertThat(said())
        .contains(
            "firstIndex " + first + "  lastIndex 200", "committed 150", "snapshot   index 150")
        .contains("cluster " + CLUSTER);
  }

  /** The rest of segments that were being removed is no part of the log, and stays. */
  @Test
  void leavesSegmentsThatWereGivenUpWhereTheyAre() throws IOException {
    place.close();
    Image before = Image.of(place.directory);
    log = place.open();
    compact();
    Image between = Image.of(place.directory).with(segment(1), before.files().get(segment(1)));
    between.layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    assertThat(said()).contains("lastIndex 200").doesNotContain("firstIndex 1 ");
    assertThat(Image.of(place.directory).files()).containsAllEntriesOf(between.files());
    run("log");
    assertThat(entryLines()).hasSizeLessThan(100);
    place.open();
    assertThat(Image.of(place.directory).files()).doesNotContainKey(segment(1));
  }

  @Test
  void seesALogThatTheNextOpeningRestartsAfterTheSnapshotAsThatOpeningDoes() throws IOException {
    publish(new LogPosition(2, 300));
    place.close();
    Image image = Image.of(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    assertThat(said()).contains("firstIndex 301  lastIndex 300  lastTerm 2  committed 300");
    assertThat(run("log")).isEqualTo(Inspect.OK);
    assertThat(entryLines()).isEmpty();
    assertThat(Image.of(place.directory).files()).containsAllEntriesOf(image.files());
    assertThat(place.open().recovered().start()).isEqualTo(new LogPosition(2, 300));
  }

  @Test
  void sn04_findsAFlippedBitAnywhereInASnapshot() throws IOException {
    Snapshot snapshot = compact();
    Image image = Image.of(place.directory);
    for (int i = 0; i < 200; i++) {
      int at = i < 80 ? random.nextInt(150) : random.nextInt((int) snapshot.bytes());
      Image changed = image.withFlippedBit(name(snapshot), at, random);
      changed.layOut(place.directory);
      int code = run("verify");
      boolean newer = err.toString(UTF_8).contains("newer version");
      assertThat(code).as("at %d", at).isEqualTo(newer ? Inspect.UNREADABLE : Inspect.DAMAGED);
      assertThat(said() + err.toString(UTF_8)).contains(name(snapshot));
      assertThat(run("snapshot")).isEqualTo(code);
      assertThat(Image.of(place.directory).files()).containsAllEntriesOf(changed.files());
      agreesWithAnOpening();
    }
  }

  /** An opening reads no blocks: what it refuses the tool has refused in the same words. */
  private void agreesWithAnOpening() throws IOException {
    try {
      place.open();
      assertThat(said()).as("the header is good").contains("snapshot   index 150");
    } catch (DamagedLogException e) {
      assertThat(said()).contains(e.getMessage()).doesNotContain("snapshot   index 150");
    } finally {
      place.close();
    }
  }

  @Test
  void reportsASnapshotThatIsMissingOrOfAnotherGroup() throws IOException {
    Snapshot snapshot = compact();
    Image image = Image.of(place.directory);
    image.without(name(snapshot)).layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.DAMAGED);
    assertThat(said()).contains("no snapshot stands for the entries up to");

    Path elsewhere = parent.resolve("elsewhere");
    try (FileStorage storage = FileStorage.open(elsewhere)) {
      log = storage.open("orders", Place.IDENTITY, new Quiet(1000));
      publish(snapshot.last());
    }
    byte[] content = Image.of(elsewhere).files().get(name(snapshot));
    image.with(name(snapshot), content).layOut(place.directory);
    assertThat(run("snapshot")).isEqualTo(Inspect.DAMAGED);
    assertThat(said()).contains("is a snapshot of group orders, not of group counter");
  }

  @Test
  void aSnapshotAloneIsPartOfADataDirectory() throws IOException {
    Snapshot snapshot = compact();
    Image alone = Image.of(place.directory);
    for (String file : alone.files().keySet()) {
      alone = file.equals(name(snapshot)) ? alone : alone.without(file);
    }
    alone.layOut(place.directory);
    assertThat(run("snapshot")).isEqualTo(Inspect.DAMAGED);
    assertThat(said()).contains("has lost the file identity");
  }

  @Test
  void leavesWhatWasBeingReceivedAlone() throws IOException {
    compact();
    Image image = Image.of(place.directory);
    Snapshot other = new Snapshot(new UUID(1, 1), new LogPosition(1, 90), 0, MEMBERS, 500);
    Image left =
        image
            .with("snapshots/" + SnapshotFormat.IMAGE, new byte[10])
            .with("snapshots/" + SnapshotFormat.fileName(other, ".part"), new byte[100]);
    left.layOut(place.directory);
    assertThat(run("verify")).isEqualTo(Inspect.OK);
    assertThat(Image.of(place.directory).files()).containsAllEntriesOf(left.files());
  }

  @Test
  void refusesOptionsThatAreOfTheLog() throws IOException {
    compact();
    assertThat(run("snapshot", "--payload")).isEqualTo(Inspect.USAGE);
    assertThat(run("snapshot", "--from", "1")).isEqualTo(Inspect.USAGE);
    assertThat(err.toString(UTF_8)).contains("usage: Inspect");
  }
}
