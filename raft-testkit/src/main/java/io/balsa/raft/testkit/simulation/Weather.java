package io.balsa.raft.testkit.simulation;

import io.balsa.raft.Limits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * How big a cluster is and how hostile its world, as drawn from a seed. Most seeds have only some
 * kinds of faults, so that no kind hides another.
 *
 * @param nodes how many nodes
 * @param electionTimeout of all nodes
 * @param limits of all nodes
 * @param storm how long faults happen, in nanoseconds
 * @param clients how many clients
 * @param think how long a client waits between two requests, on average
 * @param silence whether the clients fall silent when the storm is over, so that nothing new
 *     happens that would get out of its way what is stuck
 * @param latecomer whether one host is still switched off when the storm is over, so that the
 *     others must do without it
 * @param message how long a message travels, typically
 * @param messageTail in which share of cases it takes up to a thousand times as long
 * @param loss which share of messages is lost
 * @param replay which share of messages of the algorithm arrives again later
 * @param inOrder whether messages from one node to another keep their order
 * @param disk how long a batch of disk operations takes, typically
 * @param diskTail in which share of cases it takes up to a thousand times as long
 * @param drift how much faster or slower a clock may run, as a share
 * @param byLease whether the clients read by lease now and then
 * @param onlookers how many look on with stale reads
 * @param faults how often each kind of fault happens, in nanoseconds between two
 */
record Weather(
    int nodes,
    Duration electionTimeout,
    Limits limits,
    long storm,
    int clients,
    long think,
    boolean silence,
    boolean latecomer,
    long message,
    double messageTail,
    double loss,
    double replay,
    boolean inOrder,
    long disk,
    double diskTail,
    double drift,
    boolean byLease,
    int onlookers,
    Map<Fault, Long> faults) {
  static final long MICRO = 1_000;
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000_000_000;

  /** No message and no operation of a disk takes longer, unless something is done to it. */
  static final long LONGEST = 2 * SECOND;

  static Weather draw(SplittableRandom random) {
    int nodes = pick(random, 1, 2, 3, 3, 3, 3, 4, 5, 5, 6, 7);
    boolean calmNetwork = random.nextInt(3) == 0;
    boolean byLease = random.nextBoolean();
    return new Weather(
        nodes,
        Duration.ofMillis(pick(random, 300, 1000, 1000, 3000)),
        limits(random),
        random.nextLong(20 * SECOND, 50 * SECOND),
        pick(random, 1, 2, 4, 8),
        pick(random, 5, 50, 200) * MILLI,
        random.nextBoolean(),
        random.nextBoolean(),
        pick(random, 20, 200, 2000, 40_000) * MICRO,
        calmNetwork ? 0 : pick(random, 0, 0.001, 0.01, 0.1),
        calmNetwork ? 0 : pick(random, 0, 0.01, 0.05, 0.3),
        calmNetwork ? 0 : pick(random, 0, 0.01, 0.1, 0.5),
        random.nextBoolean(),
        pick(random, 50, 500, 5000, 20_000) * MICRO,
        pick(random, 0, 0, 0.001, 0.02),
        byLease ? pick(random, 0, 0.2, 0.2) : pick(random, 0, 0, 0.01, 0.2), // leases need clocks
        byLease,
        pick(random, 0, 0, 1, 3),
        faults(random, byLease));
  }

  private static Limits limits(SplittableRandom random) {
    return new Limits(
        pick(random, 3_000, 1 << 20),
        pick(random, 1, 500, 5_000, 1 << 20),
        pick(random, 1, 1_000, 1 << 20),
        pick(random, 1, 100, 1_000, 1 << 16),
        pick(random, 1, 2, 8, 64),
        1 << 11,
        pick(random, 1_000, 10_000, 100_000, 10_000_000),
        pick(random, 1, 1_000, 1 << 20),
        pick(random, 1, 500, 2_000, 20_000, 200_000));
  }

  static final Set<Fault> DAMAGES =
      EnumSet.of(Fault.BIT_ROT, Fault.MISDIRECTED_WRITE, Fault.TRUNCATED_FILE);

  private static Map<Fault, Long> faults(SplittableRandom random, boolean byLease) {
    Map<Fault, Long> faults = new EnumMap<>(Fault.class);
    int rarity = pick(random, 3, 6, 12, 12); // where all rages at once nobody ever leads
    for (Fault fault : Fault.values()) {
      if (random.nextInt(rarity) == 0) {
        faults.put(fault, pick(random, 3, 10, 30) * SECOND);
      }
    }
    if (random.nextInt(3) == 0) {
      faults.put(Fault.LEFT_BEHIND, 10 * SECOND); // else snapshots are seldom needed by others
    }
    if (!byLease) {
      faults.remove(
          Fault.DISOWNED_LEADER); // made for leases; else it leaves too much unknown to judge
    }
    if (faults.containsKey(Fault.SPLIT_CHANGE)) {
      faults.putIfAbsent(Fault.CHANGE_MEMBERS, 5 * SECOND); // else there is nothing to be split
    }
    if (!mayDamage(faults)) {
      faults.keySet().removeAll(DAMAGES);
    }
    return faults;
  }

  /** Not where members come and go: a node that is gone for good may be the last voter. */
  private static boolean mayDamage(Map<Fault, Long> faults) {
    return !faults.containsKey(Fault.CHANGE_MEMBERS) && !faults.containsKey(Fault.LOST_DISK);
  }

  /** Whether files may be damaged. */
  boolean mayDamage() {
    return mayDamage(faults);
  }

  private static int pick(SplittableRandom random, int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static double pick(SplittableRandom random, double... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** No faults any more, and everything as fast as it can be. */
  Weather calm() {
    return new Weather(
        nodes,
        electionTimeout,
        limits,
        0,
        clients,
        think,
        silence,
        latecomer,
        Math.min(message, 2 * MILLI),
        0,
        0,
        0,
        true,
        Math.min(disk, MILLI),
        0,
        drift,
        byLease,
        onlookers,
        Map.of());
  }
}
