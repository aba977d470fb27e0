package io.balsa.raft.testkit.disk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The states in which a crash of the machine or of the process may leave a disk, at every point of
 * a run.
 *
 * <pre>{@code
 * SimulatedDisk disk = new SimulatedDisk(random);
 * CrashStates<String> states = CrashStates.of(disk, "");
 * save(disk.root(), "a");
 * states.promise("a");         // it has returned: from here on it must be there
 * states.forEach(state -> assertThat(load(state.disk().root())).isEqualTo(state.promised()));
 * }</pre>
 *
 * <ul>
 *   <li>There is a point after each operation that changes the disk or what of it is durable, and
 *       one before the first.
 *   <li>At a point, the states are what a power cut may leave of the changes that were not forced:
 *       none, all, the first so many, the last so many, all but one, one alone; every subset of a
 *       few; the last write torn at each of its sectors.
 *   <li>Then there is the state that a process leaves that dies there: everything is there, and no
 *       more of it durable than before.
 *   <li>The same run gives the same states in the same order. A state that came already since the
 *       last promise does not come again.
 * </ul>
 *
 * @param <E> what a test expects of a state
 */
public final class CrashStates<E> {
  private static final int MOST_AT_A_POINT = 64;

  /**
   * What a crash has left.
   *
   * @param point after how many operations the crash was
   * @param after the last of them, null if there was none
   * @param powerCut whether the machine crashed; if not, the process died, and what it had not
   *     forced may still be lost
   * @param left describes what is left of the changes that were not forced
   * @param promised what was promised last before the crash
   * @param disk a disk in that state, for no one else
   * @param <E> what a test expects
   */
  public record State<E>(
      int point, Operation after, boolean powerCut, String left, E promised, SimulatedDisk disk) {
    @Override
    public String toString() {
      return "a crash at point " + point + ", after " + after + ", where " + left;
    }
  }

  /**
   * Looks at a state.
   *
   * @param <E> what a test expects
   */
  @FunctionalInterface
  public interface Check<E> {
    /**
     * Fails if the state is not as promised.
     *
     * @param state what a crash has left
     * @throws Exception if it is not as promised
     */
    void check(State<E> state) throws Exception;
  }

  private record Point(Operation after, Tree tree) {}

  private final SimulatedDisk disk;
  private final List<Point> points = new ArrayList<>();

  /** What was promised last at each point. */
  private final List<E> promises = new ArrayList<>();

  private E promised;
  private int most = MOST_AT_A_POINT;

  private CrashStates(SimulatedDisk disk, E promised) {
    this.disk = disk;
    this.promised = promised;
  }

  /**
   * Records what happens on a disk from now on.
   *
   * @param disk where it happens; whatever is not forced there counts
   * @param promised what is expected of the disk if it crashes now
   * @param <E> what a test expects
   * @return the states, none so far but those of the present
   */
  public static <E> CrashStates<E> of(SimulatedDisk disk, E promised) {
    CrashStates<E> states = new CrashStates<>(disk, promised);
    synchronized (disk.driver()) {
      states.add(null);
      disk.driver().record(states::add);
    }
    return states;
  }

  private void add(Operation operation) {
    points.add(new Point(operation, disk.driver().tree().copy()));
    promises.add(promised);
  }

  /**
   * Says what is expected from here on. Whoever is about to change something says before that the
   * change may be there, and after that it must be.
   *
   * @param newPromised what is expected of the disk if it crashes now
   */
  public void promise(E newPromised) {
    synchronized (disk.driver()) {
      promised = newPromised;
      promises.set(promises.size() - 1, newPromised);
    }
  }

  /**
   * Bounds the work.
   *
   * @param states how many states there are at most at a point; 64 if nothing is said
   * @return this
   */
  public CrashStates<E> atMost(int states) {
    most = states;
    return this;
  }

  /**
   * How many points there are so far.
   *
   * @return the count
   */
  public int points() {
    synchronized (disk.driver()) {
      return points.size();
    }
  }

  /**
   * Ends the recording and looks at all states. The first that is not as promised ends it.
   *
   * @param check looks at a state
   * @return how many states there were
   */
  public int forEach(Check<E> check) {
    disk.driver().record(operation -> {});
    int count = 0;
    Set<Long> seen = new HashSet<>();
    E promise = null;
    for (int point = 0; point < points.size(); point++) {
      if (promises.get(point) != promise) {
        promise = promises.get(point);
        seen.clear();
      }
      Tree tree = points.get(point).tree();
      for (CrashChoices.Choice choice : CrashChoices.of(tree, most)) {
        Tree left = tree.copy();
        left.crash(choice.survivors());
        if (seen.add(left.fingerprint())) {
          check(check, point, true, choice.what(), left, ++count);
        }
      }
      if (!tree.isClean()) {
        check(check, point, false, "all is there, and not durable", tree.copy(), ++count);
      }
    }
    return count;
  }

  private void check(
      Check<E> check, int point, boolean powerCut, String left, Tree tree, long seed) {
    SimulatedDisk state = new SimulatedDisk(new Driver(new SplittableRandom(seed), tree));
    Operation after = points.get(point).after();
    check(check, new State<>(point, after, powerCut, left, promises.get(point), state));
  }

  private void check(Check<E> check, State<E> state) {
    try {
      check.check(state);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(state + ": " + e.getMessage(), e);
    }
  }
}
