package io.balsa.raft.testkit.simulation;

import static io.balsa.raft.testkit.simulation.BadStateMachinesTest.mustFail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.RaftNode;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.storage.FileStorage;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Mistakes that would do harm to a cluster, or to the simulation, and are told by their own name
 * and not by that of the harm.
 */
class NamedMistakesTest {
  private static final String THE_STATE_MACHINE = "the state machine of n\\d ";

  // ---- in apply

  private static final class Sorting extends Tally.Machine {
    @Override
    public byte[] apply(long index, byte[] command) {
      command[0]++;
      return super.apply(index, command);
    }
  }

  @Test
  void theCommandIsChanged() {
    mustFail(Sorting::new, THE_STATE_MACHINE + "has changed the command at index \\d+");
  }

  private static final class Thrifty extends Tally.Machine {
    private final byte[] answer = new byte[Long.BYTES];

    @Override
    public byte[] apply(long index, byte[] command) {
      System.arraycopy(super.apply(index, command), 0, answer, 0, answer.length);
      return answer;
    }
  }

  @Test
  void theAnswerBeforeIsChanged() {
    mustFail(Thrifty::new, THE_STATE_MACHINE + "has changed its answer at index \\d+, when it");
  }

  // ---- in snapshot and restore

  private static final class Unfinished extends Tally.Machine {
    private final SnapshotWriter writer;

    Unfinished(SnapshotWriter writer) {
      this.writer = writer;
    }

    @Override
    public SnapshotWriter snapshot() {
      return writer;
    }
  }

  private static final class Uncapturable extends Tally.Machine {
    @Override
    public SnapshotWriter snapshot() {
      throw new UnsupportedOperationException("later");
    }
  }

  @Test
  void theStateCannotBeCaptured() {
    mustFail(
        Uncapturable::new,
        THE_STATE_MACHINE
            + "throws when its state is captured, so that its log grows for ever: "
            + "java.lang.UnsupportedOperationException: later");
  }

  @Test
  void nullIsCaptured() {
    mustFail(() -> new Unfinished(null), THE_STATE_MACHINE + "captures null");
  }

  @Test
  void theStateCannotBeWritten() {
    SnapshotWriter writer =
        out -> {
          throw new IOException("later");
        };
    mustFail(
        () -> new Unfinished(writer),
        THE_STATE_MACHINE
            + "throws when its state is written, so that its log grows for ever: "
            + "java.io.IOException: later");
  }

  @Test
  void writingNeverEnds() {
    SnapshotWriter writer =
        out -> {
          while (true) {
            out.write(new byte[1 << 20]);
          }
        };
    mustFail(
        () -> new Unfinished(writer),
        THE_STATE_MACHINE + "has written \\d+ bytes for a snapshot: does that ever end");
  }

  private static final class Unflushed extends Tally.Machine {
    @Override
    public SnapshotWriter snapshot() {
      long captured = number;
      return out -> new DataOutputStream(new BufferedOutputStream(out)).writeLong(captured);
    }

    @Override
    public void restore(InputStream image) throws IOException {
      number = new DataInputStream(image).readLong();
    }
  }

  @Test
  void aSnapshotIsNotFlushed() {
    mustFail(
        Unflushed::new,
        THE_STATE_MACHINE
            + "throws when it is restored from a snapshot, which it has written itself, with 0 bytes"
            + " read: java.io.EOFException");
  }

  // ---- in the workload

  private static Tally asking(Function<RaftNode, CompletableFuture<Long>> increase) {
    return new Tally(Tally.Machine::new) {
      @Override
      public CompletableFuture<Long> execute(RaftNode node, Machine machine, Boolean increases) {
        return increases ? increase.apply(node) : super.execute(node, machine, false);
      }
    };
  }

  private static Tally answering(UnaryOperator<CompletableFuture<Long>> change) {
    return asking(node -> change.apply(Tally.increase(node)));
  }

  private static Tally with(Object state) {
    return new Tally(Tally.Machine::new) {
      @Override
      public Object state(Machine machine) {
        return state;
      }
    };
  }

  @Test
  void thereIsNoFuture() {
    mustFail(answering(future -> null), "the workload's execute returns null for true");
  }

  @Test
  void anotherThreadAnswers() {
    mustFail(
        answering(future -> future.thenApplyAsync(sum -> sum)),
        "another thread, .*, has asked or answered something: ");
  }

  @Test
  void anotherThreadAsks() {
    mustFail(
        asking(node -> CompletableFuture.supplyAsync(() -> Tally.increase(node).join())),
        "another thread, .*, has asked or answered something: ");
  }

  @Test
  void aCommandIsLargerThanAnyInASimulation() {
    mustFail(
        asking(node -> node.propose(new byte[3000]).thenApply(answer -> 0L)),
        "the workload's execute throws: java.lang.IllegalArgumentException: a command has 1 to 2048"
            + " bytes, this one has 3000");
  }

  @Test
  void thereIsNoInput() {
    mustFail(
        new Tally(Tally.Machine::new) {
          @Override
          public Boolean next(RandomGenerator random) {
            return null;
          }
        },
        "the workload's next returns null");
  }

  @Test
  void thereIsNoStateMachine() {
    Tally tally = new Tally(() -> null);
    assertThatThrownBy(() -> Simulation.of(tally, FileStorage::open).run(1))
        .hasMessageStartingWith("seed 1 failed: the workload's stateMachine returns null");
  }

  @Test
  void statesAreNeverEqual() {
    mustFail(
        with(new long[1]), "the workload's state returns a long\\[\\], which has no equals and");
  }

  @Test
  void aStateCannotBeTold() {
    mustFail(
        new Tally(Tally.Machine::new) {
          @Override
          public Object state(Machine machine) {
            throw new IllegalStateException("not now");
          }
        },
        "the workload's state throws: java.lang.IllegalStateException: not now");
  }

  @Test
  void theModelHasNoAnswer() {
    mustFail(
        new Tally(Tally.Machine::new) {
          @Override
          public Step<Long, Long> step(Long state, Boolean increases) {
            return null;
          }
        },
        "the workload's step returns null for ");
  }

  // ---- what never ends

  private static Outcome outcome(Tally tally) {
    Setting<Tally.Machine> setting =
        new Setting<>(new CheckedWorkload<>(tally), FileStorage::open, packet -> packet);
    return new Patience(2).with(new Run<>(setting, 1, null));
  }

  @Test
  void anAnswerIsWaitedFor() {
    Outcome outcome =
        outcome(asking(node -> CompletableFuture.completedFuture(Tally.increase(node).join())));
    assertThat(outcome.failure())
        .hasMessageStartingWith("one thing that happens has not ended for 2 seconds")
        .hasStackTraceContaining("CompletableFuture.join");
    assertThat(outcome.report()).startsWith("seed 1 failed: one thing that happens");
  }

  // ---- what is too much to judge

  private static Outcome undecided(long seed) {
    return new Outcome(seed, null, 0, 0, new Counts(), 0, 0, 0, "", new Undecided("k"));
  }

  @Test
  void aQuarterOfTheSeedsMayBeTooMuchToJudge() {
    Simulation.tolerate(List.of(), 0);
    Simulation.tolerate(List.of(undecided(3)), 4);
    assertThatThrownBy(() -> Simulation.tolerate(List.of(undecided(3), undecided(7)), 7))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(
            "2 of 7 seeds could not be judged: [3, 7]\nseed 3 failed: there are too many ways in"
                + " which it may have happened to judge it (key k): let the workload have more keys");
  }

  // ---- when a seed is replayed

  private static void withSeed(String seed, Runnable runnable) {
    System.setProperty(Simulation.SEED, seed);
    try {
      runnable.run();
    } finally {
      System.clearProperty(Simulation.SEED);
    }
  }

  private static void replay(long seed, Tally tally, String message) throws IOException {
    Path file = Path.of("balsa-seed-" + seed + ".txt");
    try {
      withSeed(
          Long.toString(seed),
          () ->
              assertThatThrownBy(() -> Simulation.of(tally, FileStorage::open).run(1))
                  .isInstanceOf(AssertionError.class)
                  .hasMessageMatching("(?s)seed " + seed + message));
      assertThat(file).isNotEmptyFile();
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Test
  void aSeedThatIsNoNumber() {
    withSeed(
        "abc",
        () ->
            assertThatIllegalArgumentException()
                .isThrownBy(() -> Simulation.of(with(1), FileStorage::open).run(1))
                .withMessage("-Dbalsa.seed needs a number, not abc"));
  }

  @Test
  void aCleanSeedDoesNotPassEither() throws IOException {
    replay(3, with(1), " is clean, and did the same when it ran again; .*balsa-seed-3.txt");
  }

  /** It has one workload, and plays more than one seed with it. */
  private static final class Counting extends Tally {
    private long asked;

    Counting() {
      super(Machine::new);
    }

    @Override
    public Boolean next(RandomGenerator random) {
      return ++asked > 20;
    }
  }

  @Test
  void aFieldOfTheWorkload() throws IOException {
    mustFail(
        new Counting(), "it did not do the same when it ran again; .* a field of the workload");
    replay(
        1,
        new Counting(),
        " failed: it did not do the same when it ran again; .* it is line \\d+:\n.*\nand then it was\n.*");
  }
}
