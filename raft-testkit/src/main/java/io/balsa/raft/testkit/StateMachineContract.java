package io.balsa.raft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.StateMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TimeZone;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * What every {@link StateMachine} must do, tested without a cluster: nothing but the commands
 * decides what it answers. A state machine says how it is made and what its commands are:
 *
 * <pre>{@code
 * class CounterContractTest extends StateMachineContract<Counter> {
 *   @Override
 *   protected Counter stateMachine() {
 *     return new Counter();
 *   }
 *
 *   @Override
 *   protected byte[] command(RandomGenerator random) {
 *     return BigInteger.valueOf(random.nextInt()).toByteArray();
 *   }
 *
 *   @Override
 *   protected Object state(Counter counter) {
 *     return counter.value();
 *   }
 * }
 * }</pre>
 *
 * <p>What shows in another process only, such as another version of a library, does not show here.
 *
 * @param <M> the state machine under test
 */
public abstract class StateMachineContract<M extends StateMachine> {
  private static final int SEEDS = 5;
  private static final int COMMANDS = 200;

  /** For subclasses. */
  protected StateMachineContract() {}

  /**
   * Makes a state machine to which nothing was applied.
   *
   * @return a new one at each call
   */
  protected abstract M stateMachine();

  /**
   * Draws a command that makes sense, from all there are.
   *
   * @param random decides everything about it
   * @return a new array
   */
  protected abstract byte[] command(RandomGenerator random);

  /**
   * What a state machine holds, so that states can be compared. Without it, only answers are.
   *
   * @param machine the state machine
   * @return something that is equal for equal states; null unless a subclass knows better
   */
  protected Object state(M machine) {
    return null;
  }

  /**
   * Whether commands that make no sense must be answered. A state machine that throws stops its
   * group, on every node, and again after every restart; one may do so only if whoever proposes has
   * checked the commands.
   *
   * @return false unless a subclass says otherwise: it may throw, if it does so on every node
   */
  protected boolean answersGarbage() {
    return false;
  }

  /** A command at its place in the log. */
  private record Step(long index, byte[] command) {}

  /** What came of a command: the answer, or the class of what was thrown. */
  private record Reaction(String answer, Throwable failure) {
    boolean isLike(Reaction other) {
      return answer.equals(other.answer);
    }
  }

  /** Indexes rise with gaps, as they do where a log holds something else. */
  private List<Step> steps(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Step> steps = new ArrayList<>();
    long index = 0;
    for (int i = 0; i < COMMANDS; i++) {
      index += random.nextInt(8) == 0 ? random.nextInt(1, 100) : 1;
      steps.add(new Step(index, command(random)));
    }
    return steps;
  }

  private static Reaction react(StateMachine machine, Step step) {
    try {
      return new Reaction(text(machine.apply(step.index, step.command.clone())), null);
    } catch (RuntimeException e) {
      return new Reaction("threw " + e.getClass().getName(), e);
    }
  }

  /** Commands that make sense are answered. */
  private static String answer(StateMachine machine, Step step) {
    return text(machine.apply(step.index, step.command.clone()));
  }

  private static String text(byte[] answer) {
    return answer == null ? "[]" : Arrays.toString(answer);
  }

  private static List<String> answers(StateMachine machine, List<Step> steps) {
    return steps.stream().map(step -> answer(machine, step)).toList();
  }

  private void assertSameState(M machine, M other) {
    assertThat(state(other)).as("state").isEqualTo(state(machine));
  }

  @Test
  void sameCommandsSameAnswersStepByStep() {
    for (int seed = 0; seed < SEEDS; seed++) {
      M one = stateMachine();
      M other = stateMachine();
      assertSameState(one, other);
      for (Step step : steps(seed)) {
        assertThat(answer(other, step)).as("seed %d, %s", seed, step).isEqualTo(answer(one, step));
        assertSameState(one, other);
      }
    }
  }

  @Test
  void aReplayFromTheStartLeadsToTheSame() {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<Step> steps = steps(seed);
      M first = stateMachine();
      List<String> expected = answers(first, steps);
      for (int cut : new int[] {0, 1, COMMANDS / 2, COMMANDS}) {
        M cutShort = stateMachine();
        answers(cutShort, steps.subList(0, cut));
        M replayed = stateMachine();
        assertThat(answers(replayed, steps.subList(0, cut))).isEqualTo(expected.subList(0, cut));
        assertSameState(cutShort, replayed);
        assertThat(answers(replayed, steps.subList(cut, COMMANDS)))
            .isEqualTo(expected.subList(cut, COMMANDS));
        assertSameState(first, replayed);
      }
    }
  }

  @Test
  @ResourceLock(Resources.LOCALE)
  @ResourceLock(Resources.TIME_ZONE)
  void neitherTimeNorPlaceNorMemoryDecides() {
    Locale locale = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    try {
      List<Step> steps = steps(SEEDS);
      settle(Locale.ROOT, "UTC");
      M here = stateMachine();
      List<String> expected = answers(here, steps);
      settle(Locale.forLanguageTag("tr-TR"), "Pacific/Niue");
      assertSame(here, steps, expected);
      settle(Locale.forLanguageTag("ar-EG-u-nu-arab"), "Pacific/Kiritimati");
      assertSame(here, steps, expected);
    } finally {
      Locale.setDefault(locale);
      TimeZone.setDefault(zone);
    }
  }

  private void assertSame(M machine, List<Step> steps, List<String> expected) {
    M other = stateMachine();
    assertThat(answers(other, steps)).isEqualTo(expected);
    assertSameState(machine, other);
  }

  /** Moves to another place: it is later there, and the objects lie elsewhere. */
  private static void settle(Locale locale, String zone) {
    Locale.setDefault(locale);
    TimeZone.setDefault(TimeZone.getTimeZone(zone));
    System.gc();
    long before = System.currentTimeMillis();
    Await.until("the clock to move", () -> System.currentTimeMillis() > before + 1);
  }

  @Test
  void aCommandIsNotChanged() {
    for (int seed = 0; seed < SEEDS; seed++) {
      M machine = stateMachine();
      List<Step> steps = steps(seed);
      List<byte[]> before = steps.stream().map(step -> step.command.clone()).toList();
      steps.forEach(step -> machine.apply(step.index, step.command));
      for (int i = 0; i < COMMANDS; i++) {
        assertThat(steps.get(i).command).as("command %d", i).isEqualTo(before.get(i));
      }
    }
  }

  @Test
  void anAnswerIsNotChangedLater() {
    for (int seed = 0; seed < SEEDS; seed++) {
      M machine = stateMachine();
      List<byte[]> answers = new ArrayList<>();
      List<String> before = new ArrayList<>();
      for (Step step : steps(seed)) {
        byte[] answer = machine.apply(step.index, step.command.clone());
        answers.add(answer);
        before.add(text(answer));
      }
      assertThat(answers.stream().map(StateMachineContract::text)).isEqualTo(before);
    }
  }

  /** After one has thrown, its state is not known: two others take over. */
  @Test
  void garbageIsTreatedAlikeEverywhere() {
    for (int seed = 0; seed < SEEDS; seed++) {
      RandomGenerator random = new SplittableRandom(seed);
      M one = stateMachine();
      M other = stateMachine();
      for (Step step : steps(seed)) {
        assertThat(answer(other, step)).isEqualTo(answer(one, step));
        Step garbage = new Step(step.index, garbage(step.command, random));
        Reaction expected = react(one, garbage);
        Reaction reaction = react(other, garbage);
        String what = "seed " + seed + ", garbage " + Arrays.toString(garbage.command);
        assertThat(reaction.answer).as(what).isEqualTo(expected.answer);
        if (expected.failure == null) {
          assertSameState(one, other);
        } else if (answersGarbage()) {
          throw new AssertionError(what + " is not answered", expected.failure);
        } else {
          one = stateMachine();
          other = stateMachine();
        }
      }
    }
  }

  private static byte[] garbage(byte[] command, RandomGenerator random) {
    byte[] bytes = command.clone();
    switch (random.nextInt(5)) {
      case 0 -> bytes = new byte[0];
      case 1 -> {
        bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
      }
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(1, 9));
      default -> {
        if (bytes.length > 0) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
    }
    return bytes;
  }
}
