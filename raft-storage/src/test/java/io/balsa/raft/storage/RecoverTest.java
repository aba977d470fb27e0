package io.balsa.raft.storage;

import static io.balsa.raft.storage.Place.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node goes on as another cluster, if that is what is wanted, and nothing else changes. */
class RecoverTest {
  private static final UUID OLD = new UUID(3, 4);
  private static final UUID NEW = new UUID(5, 6);
  private static final UUID INCARNATION = Place.IDENTITY.incarnation();

  /** A joint configuration: the change will never end by itself. */
  private static final String MEMBERS =
      "cluster "
          + OLD
          + ("\nvoter n1=host1:1 " + INCARNATION)
          + ("\nvoter n4=host4:4 " + new UUID(0, 4))
          + ("\noutgoing n1=host1:1 " + INCARNATION)
          + ("\noutgoing n2=host2:2 " + new UUID(0, 2))
          + ("\noutgoing n3=host3:3 " + new UUID(0, 3))
          + "\n";

  @TempDir(factory = FastTempDir.class)
  Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private InputStream in = InputStream.nullInputStream();
  private Place place;
  private Image image;

  /** Term 7 with a vote for another one, and a log of 40 entries that ends in term 5. */
  @BeforeEach
  void makeLog() throws IOException {
    place = new Place(directory.resolve("n"), 1500);
    fill(place, 40);
    image = Image.of(place.directory);
  }

  private static void fill(Place place, long lastIndex) throws IOException {
    LogStore store = place.open();
    store.saveHardState(new HardState(7, new NodeId("n2")));
    store.append(List.of(new Entry(1, 1, EntryType.CONFIGURATION, MEMBERS.getBytes(UTF_8))), 0);
    store.append(entries(2, 30, 1), 20);
    store.append(entries(31, lastIndex, 5), 30);
    store.sync();
    place.close();
  }

  @AfterEach
  void close() throws IOException {
    place.close();
  }

  @Test
  void showsWhatThereIsAndChangesNothing() throws IOException {
    assertThat(run(dir())).isEqualTo(Recover.OK);
    assertThat(out.toString(UTF_8))
        .contains("node n1  group counter  incarnation " + INCARNATION + "  cluster " + OLD)
        .contains("lastIndex 40  lastTerm 5  committed 30  term 7  votedFor n2")
        .contains("is outgoing n3=host3:3", "is voter n4=host4:4")
        .contains("Recover --take " + dir() + " --address host1:1");
    assertNothingChanged();
  }

  @Test
  void findsTheMostUpToDateLogAndTakesNoOther() throws IOException {
    Place better = new Place(directory.resolve("better"), 1500);
    fill(better, 41);
    assertThat(run(dir(), better.directory.toString())).isEqualTo(Recover.OK);
    assertThat(out.toString(UTF_8)).contains(better.directory + " has the most up-to-date log");
    assertThat(run(better.directory.toString(), "--take", dir(), Recover.YES))
        .isEqualTo(Recover.USAGE);
    assertThat(err.toString(UTF_8)).contains(better.directory + " knows more");
    assertNothingChanged();
    assertThat(run(dir(), "--take", better.directory.toString(), Recover.YES))
        .isEqualTo(Recover.OK);
    assertNothingChanged();
    assertThat(run(dir(), better.directory.toString())).isEqualTo(Recover.USAGE);
    assertThat(err.toString(UTF_8)).contains("not of the same cluster");
  }

  /** Section 3.6.1: the later term wins, however short the log is. */
  @Test
  void comparesTheLastTermBeforeTheLastIndex() throws IOException {
    Place later = new Place(directory.resolve("later"), 1500);
    LogStore store = later.open();
    store.saveHardState(new HardState(7, null));
    store.append(List.of(new Entry(1, 1, EntryType.CONFIGURATION, MEMBERS.getBytes(UTF_8))), 0);
    store.append(entries(2, 3, 6), 0);
    store.sync();
    later.close();
    assertThat(run(dir(), later.directory.toString())).isEqualTo(Recover.OK);
    assertThat(out.toString(UTF_8)).contains(later.directory + " has the most up-to-date log");
  }

  @Test
  void theNodeThatIsTakenIsTheOnlyVoterOfAnotherClusterAndKeepsItsLog() throws IOException {
    place.open();
    List<Entry> before = place.all();
    place.close();
    assertThat(run("--take", dir(), Recover.YES)).isEqualTo(Recover.OK);
    RecoveredLog found = place.open().recovered();
    List<Entry> after = place.all();
    assertThat(after.subList(0, 40)).isEqualTo(before);
    assertThat(after).hasSize(42);
    assertThat(found.hardState()).isEqualTo(new HardState(8, null));
    assertThat(found.commitIndex()).isEqualTo(30);
    assertThat(after.get(40).position()).isEqualTo(new LogPosition(8, 41));
    assertThat(Configuration.fromBytes(after.get(40).data()))
        .isEqualTo(
            Configuration.of(List.of(new Member(new NodeId("n1"), "host1:1", INCARNATION)))
                .withClusterId(NEW));
    assertThat(found.configurations()).last().isEqualTo(after.get(40));
  }

  @Test
  void theLogSaysWhoDidItAndWhen() throws IOException {
    run("--take", dir(), Recover.YES);
    place.open();
    Entry account = place.all().get(41);
    assertThat(account.type()).isEqualTo(EntryType.NO_OP);
    assertThat(account.position()).isEqualTo(new LogPosition(8, 42));
    assertThat(new String(account.data(), UTF_8))
        .isEqualTo(
            "recovered from the loss of a majority\n"
                + "at 2026-03-04T05:06:07Z\n"
                + "by some?one\n"
                + ("node n1 " + INCARNATION + "\n")
                + "log 40@5 term 7 committed 30\n"
                + ("new cluster " + NEW + "\n")
                + ("before:\n" + MEMBERS));
  }

  @Test
  void theAddressIsTheOneThatIsGiven() throws IOException {
    assertThat(run("--take", dir(), "--address", "other:9", Recover.YES)).isEqualTo(Recover.OK);
    assertThat(run(dir())).isEqualTo(Recover.OK);
    assertThat(out.toString(UTF_8)).contains("voter n1=other:9", "cluster " + NEW);
  }

  @Test
  void itCanBeDoneAgain() throws IOException {
    assertThat(run("--take", dir(), Recover.YES)).isEqualTo(Recover.OK);
    assertThat(run("--take", dir(), Recover.YES)).isEqualTo(Recover.OK);
    assertThat(place.open().recovered().hardState().term()).isEqualTo(9);
    assertThat(place.all()).hasSize(44);
  }

  @Test
  void itIsNotDoneUnlessTheNameOfTheNodeIsTyped() throws IOException {
    for (String answer : List.of("", "\n", "y\n", "n2\n", "n1 n2\n")) {
      in = new ByteArrayInputStream(answer.getBytes(UTF_8));
      assertThat(run("--take", dir())).as(answer).isEqualTo(Recover.NOT_CONFIRMED);
      assertThat(err.toString(UTF_8)).contains("nothing was changed");
      assertNothingChanged();
    }
    in = new ByteArrayInputStream("n1\n".getBytes(UTF_8));
    assertThat(run("--take", dir())).isEqualTo(Recover.OK);
    place.open();
    assertThat(place.all()).hasSize(42);
  }

  @Test
  void aDirectoryThatIsOpenIsRefused() throws IOException {
    place.open();
    assertThat(run("--take", dir(), Recover.YES)).isEqualTo(Recover.UNFIT);
    assertThat(err.toString(UTF_8)).contains("is open in this process");
    assertThat(place.all()).hasSize(40);
  }

  @Test
  void aDirectoryThatWasUsedSinceItWasLookedAtIsRefused() throws IOException {
    InputStream slow =
        new InputStream() {
          private boolean asked;

          @Override
          public int read() throws IOException {
            if (!asked) {
              LogStore store = place.open();
              store.append(entries(41, 41, 5), 30);
              store.sync();
              place.close();
            }
            asked = true;
            return -1;
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (asked) {
              return -1;
            }
            read();
            bytes[offset] = 'n';
            bytes[offset + 1] = '1';
            return 2;
          }
        };
    in = slow;
    assertThat(run("--take", dir())).isEqualTo(Recover.UNFIT);
    assertThat(err.toString(UTF_8)).contains("look again");
    place.open();
    assertThat(place.all()).hasSize(41);
  }

  @Test
  void aDamagedDirectoryIsRefusedAndTheOthersAreShown() throws IOException {
    Place good = place.copyTo(directory.resolve("good"));
    Image damaged = image.withFlippedBit("wal/" + WalFormat.fileName(1), 700, new Random(1));
    damaged.layOut(place.directory);
    assertThat(run(dir(), good.directory.toString())).isEqualTo(Recover.UNFIT);
    assertThat(err.toString(UTF_8)).contains("is damaged at offset");
    assertThat(out.toString(UTF_8)).contains(good.directory + " has the most up-to-date log");
    assertThat(run("--take", dir(), Recover.YES)).isEqualTo(Recover.UNFIT);
    assertThat(Image.of(place.directory).files()).containsAllEntriesOf(damaged.files());
  }

  @Test
  void aDirectoryWithoutALogIsRefused() throws IOException {
    Place fresh = new Place(directory.resolve("fresh"), 1500);
    fresh.open();
    fresh.close();
    Path nowhere = directory.resolve("nowhere");
    assertThat(run("--take", fresh.directory.toString(), Recover.YES)).isEqualTo(Recover.UNFIT);
    assertThat(err.toString(UTF_8)).contains("has no log");
    assertThat(run("--take", nowhere.toString(), Recover.YES)).isEqualTo(Recover.UNFIT);
    assertThat(nowhere).doesNotExist();
    assertThat(Files.exists(fresh.directory)).isTrue();
  }

  @Test
  void aNodeThatIsNoMemberNeedsAnAddress() throws IOException {
    Place removed = new Place(directory.resolve("removed"), 1500);
    LogStore store = removed.openInTerm100();
    Configuration others = Configuration.of(List.of(Member.parse("n2=host2:2")));
    store.append(List.of(new Entry(1, 1, EntryType.CONFIGURATION, others.toBytes())), 0);
    store.sync();
    removed.close();
    String there = removed.directory.toString();
    assertThat(run("--take", there, Recover.YES)).isEqualTo(Recover.USAGE);
    assertThat(err.toString(UTF_8)).contains("--address is needed");
    assertThat(run("--take", there, "--address", "h:1", Recover.YES)).isEqualTo(Recover.OK);
  }

  @Test
  void argumentsThatMakeNoSenseAreRefused() throws IOException {
    for (List<String> args :
        List.of(
            List.<String>of(),
            List.of("--take"),
            List.of(dir(), Recover.YES),
            List.of(dir(), "--address", "h:1"),
            List.of("--take", dir(), "--address", "nowhere"),
            List.of("--take", dir(), "--address"),
            List.of("--take", dir(), "--force"))) {
      assertThat(run(args.toArray(String[]::new))).as("%s", args).isEqualTo(Recover.USAGE);
      assertThat(err.toString(UTF_8)).contains("usage: Recover");
    }
    assertNothingChanged();
  }

  private void assertNothingChanged() throws IOException {
    Image now = Image.of(place.directory);
    assertThat(now.files().keySet()).isEqualTo(image.files().keySet());
    assertThat(now.files()).containsAllEntriesOf(image.files());
  }

  private String dir() {
    return place.directory.toString();
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    Recover.Surroundings surroundings =
        new Recover.Surroundings(in, "some\none", Instant.parse("2026-03-04T05:06:07Z"), NEW);
    return Recover.run(new PrintStream(out, true), new PrintStream(err, true), surroundings, args);
  }
}
