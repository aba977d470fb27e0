package io.balsa.raft.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The mistakes that people make in state machines and their clients, and what they are told. */
class BadStateMachinesTest {
  private static final int SEEDS = 40;
  private static final String NOT_THE_SAME =
      "it did not do the same when it ran again; .* something else than its input, such as a clock";
  private static final String NOT_EQUAL =
      "Equal States: .* after the same commands: something else decides too, such as a clock";
  private static final String NOT_DETERMINISTIC = "(" + NOT_EQUAL + "|" + NOT_THE_SAME + ")";
  private static final String NOT_LINEARIZABLE =
      "Not linearizable: an order was found for \\d+ of \\d+ completed operations";

  static void mustFail(Workload<?, ?, ?, ?> workload, String how) {
    AssertionError failure =
        catchThrowableOfType(
            AssertionError.class, () -> Simulation.of(workload, FileStorage::open).run(SEEDS));
    assertThat(failure).as("nothing was found in %d seeds", SEEDS).isNotNull();
    String message = failure.getMessage();
    assertThat(message).containsPattern("\\Aseed \\d+ failed: " + how);
    String seed = message.split(" ", 3)[1];
    assertThat(message).contains("adding -Dbalsa.seed=" + seed + " to the command");
    if (failure.getCause() != null) {
      assertThat(message)
          .contains("Weather[nodes=", "Faults: {")
          .containsPattern("The last decisions of each node:\nn[1-9]:\n"); // not all start at once
    }
  }

  static void mustFail(Supplier<Tally.Machine> machine, String how) {
    mustFail(new Tally(machine), how);
  }

  @Test
  void aGoodOnePasses() {
    Simulation.of(new Tally(Tally.Machine::new), FileStorage::open).run(3);
  }

  // ---- not deterministic

  private static final class OfTheClock extends Tally.Machine {
    @Override
    public byte[] apply(long index, byte[] command) {
      number += System.nanoTime() / 1_000 % 100 == 0 ? 2 : 1;
      return answer(number);
    }
  }

  @Test
  void cl10_aClock() {
    mustFail(OfTheClock::new, NOT_DETERMINISTIC);
  }

  private static final class OfChance extends Tally.Machine {
    private final Random random = new Random();

    @Override
    public byte[] apply(long index, byte[] command) {
      return random.nextInt(100) == 0 ? answer(number) : super.apply(index, command);
    }
  }

  @Test
  void cl10_aRandomNumber() {
    mustFail(OfChance::new, NOT_DETERMINISTIC);
  }

  /**
   * Answers what it should, but what it keeps has an order that differs from process to process.
   */
  private static final class OfHashes extends Tally.Machine {
    private final Set<Object> objects = new HashSet<>();
    private Object first;

    @Override
    public byte[] apply(long index, byte[] command) {
      objects.add(new Object());
      first = objects.iterator().next();
      return super.apply(index, command);
    }

    int state() {
      return first == null ? 0 : first.hashCode();
    }
  }

  @Test
  void cl10_theOrderOfAHashSetThatNoAnswerShows() {
    mustFail(
        new Tally(OfHashes::new) {
          @Override
          public Object state(Machine machine) {
            return ((OfHashes) machine).state();
          }
        },
        "(Equal States: |the states differ after the same commands: n\\d |"
            + "the state machine of n\\d has not the state of the snapshot that it restored|"
            + NOT_THE_SAME
            + ")");
  }

  private static final class Shared extends Tally.Machine {
    private static long everybodysNumber;

    @Override
    public byte[] apply(long index, byte[] command) {
      return answer(++everybodysNumber);
    }

    @Override
    long read() {
      return everybodysNumber;
    }
  }

  @Test
  void cl10_aStaticField() {
    mustFail(Shared::new, "Equal States: .*, or what state machines share");
  }

  @Test
  void clientsThatDrawFromARandomnessOfTheirOwn() {
    Random random = new Random();
    mustFail(
        new Tally(Tally.Machine::new) {
          @Override
          public Boolean next(RandomGenerator ignored) {
            return random.nextBoolean();
          }
        },
        NOT_THE_SAME);
  }

  // ---- the same everywhere, and wrong

  private static final class Forgetful extends Tally.Machine {
    @Override
    public byte[] apply(long index, byte[] command) {
      byte[] answer = super.apply(index, command);
      if (index % 100 == 99) {
        number--;
      }
      return answer;
    }
  }

  @Test
  void anUpdateIsLostNowAndThen() {
    mustFail(Forgetful::new, NOT_LINEARIZABLE);
  }

  private static final class Twice extends Tally.Machine {
    @Override
    public byte[] apply(long index, byte[] command) {
      if (index % 100 == 99) {
        super.apply(index, command);
      }
      return super.apply(index, command);
    }
  }

  @Test
  void anUpdateIsDoneTwiceNowAndThen() {
    mustFail(Twice::new, NOT_LINEARIZABLE);
  }

  private static final class Cached extends Tally.Machine {
    private long cached;

    @Override
    public byte[] apply(long index, byte[] command) {
      byte[] answer = super.apply(index, command);
      if (number % 4 == 0) {
        cached = number;
      }
      return answer;
    }

    @Override
    long read() {
      return cached;
    }
  }

  @Test
  void readsFromACache() {
    mustFail(Cached::new, NOT_LINEARIZABLE);
  }

  // ---- what is asked of the nodes

  /** Clients with a way of their own. */
  private static Tally asking(
      Function<RaftNode, CompletableFuture<Long>> increase, boolean direct) {
    return new Tally(Tally.Machine::new) {
      @Override
      public CompletableFuture<Long> execute(RaftNode node, Machine machine, Boolean increases) {
        if (increases) {
          return increase.apply(node);
        }
        return direct
            ? CompletableFuture.completedFuture(machine.read())
            : super.execute(node, machine, false);
      }
    };
  }

  @Test
  void readsPastTheNode() {
    mustFail(asking(Tally::increase, true), NOT_LINEARIZABLE);
  }

  private static CompletableFuture<Long> increaseUntilItSucceeds(RaftNode node) {
    return Tally.increase(node)
        .exceptionallyCompose(
            e ->
                e instanceof CompletionException c
                        && c.getCause() instanceof OutcomeUnknownException
                    ? Tally.increase(node)
                    : CompletableFuture.failedFuture(e));
  }

  @Test
  void cl01_anUnknownOutcomeIsTriedAgain() {
    mustFail(asking(BadStateMachinesTest::increaseUntilItSucceeds, false), NOT_LINEARIZABLE);
  }

  // ---- exceptions

  private static final class Choosy extends Tally.Machine {
    @Override
    public byte[] apply(long index, byte[] command) {
      if (number == 13) {
        throw new IllegalArgumentException("not for me");
      }
      return super.apply(index, command);
    }
  }

  @Test
  void aCommandIsThrownAt() {
    mustFail(
        Choosy::new,
        "the state machine of n\\d throws at index \\d+, which stops its node:"
            + " java.lang.IllegalArgumentException: not for me;"
            + " a command that makes no sense must be answered");
  }

  private static final class Unreadable extends Tally.Machine {
    @Override
    long read() {
      throw new IllegalStateException("no reads today");
    }
  }

  @Test
  void aReadThrows() {
    mustFail(
        Unreadable::new,
        "a request failed in a way that no client understands:"
            + " java.lang.IllegalStateException: no reads today");
  }

  @Test
  void theWorkloadThrows() {
    mustFail(
        new Tally(Tally.Machine::new) {
          @Override
          public Boolean next(RandomGenerator random) {
            throw new IllegalStateException("no idea");
          }
        },
        "the workload's next throws: java.lang.IllegalStateException: no idea");
  }
}
