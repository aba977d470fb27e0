package io.balsa.raft.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Limits;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.WireTrip;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One link or one node is half dead for a long time, and nobody is told. While it lasts, not only
 * afterwards:
 *
 * <ul>
 *   <li>Every request made at a healthy node is executed, within two election timeouts.
 *   <li>A healthy leader is not disturbed: it leads on in its term. One that is not makes way
 *       within {@link #SETTLED} election timeouts, once.
 *   <li>Afterwards all become equal, and what clients were told is linearizable.
 * </ul>
 */
class GreyFailuresTest {
  private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(1);
  private static final long ET = ELECTION_TIMEOUT.toNanos();
  private static final int SEEDS = Integer.getInteger("balsa.grey.seeds", 3);

  /** Election timeouts until who can't lead does not lead: a disk may take three. */
  private static final int SETTLED = 6;

  private static final int ROUNDS = 12;
  private static final int CLIENTS = 4;
  private static final long LASTS = 40 * ET;

  /** Who suffers from a fault so much that requests made there need not be executed. */
  private enum Ill {
    NOBODY,
    LEADER,
    FOLLOWER
  }

  /** Does something to a leader, a follower or what is between them, until a time. */
  @FunctionalInterface
  private interface Blow {
    void strike(World<?> world, Host<?> leader, Host<?> follower, long until);
  }

  /** Faults that stand. */
  enum Grey {
    TR01_BLACK_HOLE_BETWEEN_LEADER_AND_FOLLOWER(
        Ill.FOLLOWER, Blows::blackHoleBetweenLeaderAndFollower),
    TR04_FOLLOWER_HEARS_NO_LEADER(Ill.FOLLOWER, Blows::followerHearsNoLeader),
    TR04_LEADER_HEARS_NO_FOLLOWER(Ill.FOLLOWER, Blows::leaderHearsNoFollower),
    TR01_CUT_BETWEEN_LEADER_AND_FOLLOWER(Ill.FOLLOWER, Blows::cutBetweenLeaderAndFollower),
    TR01_FOLLOWER_IN_A_BLACK_HOLE_BUT_FOR_THE_LEADER(
        Ill.NOBODY, Blows::followerInABlackHoleButForTheLeader),
    EL20_LEADER_IS_MUTE(Ill.LEADER, Blows::leaderIsMute),
    EL20_LEADER_IS_DEAF(Ill.LEADER, Blows::leaderIsDeaf),
    TR02_SLOW_LINK_BETWEEN_LEADER_AND_FOLLOWER(Ill.NOBODY, Blows::slowLinkBetweenLeaderAndFollower),
    RT02_DISK_OF_THE_LEADER_STALLS(Ill.LEADER, Blows::diskOfTheLeaderStalls),
    RT02_DISK_OF_A_FOLLOWER_STALLS(Ill.FOLLOWER, Blows::diskOfAFollowerStalls),
    RT02_STATE_MACHINE_OF_A_FOLLOWER_BLOCKS(Ill.FOLLOWER, Blows::stateMachineOfAFollowerBlocks),
    RT07_LEADER_IS_PAUSED(Ill.LEADER, Blows::leaderIsPaused),
    RT07_FOLLOWER_IS_PAUSED(Ill.FOLLOWER, Blows::followerIsPaused),
    RT16_PROCESSOR_OF_THE_LEADER_IS_SLOW(Ill.NOBODY, Blows::processorOfTheLeaderIsSlow);

    private final Ill ill;
    private final Blow blow;

    Grey(Ill ill, Blow blow) {
      this.ill = ill;
      this.blow = blow;
    }
  }

  /** How each is struck. */
  private static final class Blows {
    private Blows() {}

    static void blackHoleBetweenLeaderAndFollower(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.wires().silence(leader.id(), follower.id(), until);
      world.wires().silence(follower.id(), leader.id(), until);
    }

    static void followerHearsNoLeader(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.wires().silence(leader.id(), follower.id(), until);
    }

    static void leaderHearsNoFollower(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.wires().silence(follower.id(), leader.id(), until);
    }

    static void cutBetweenLeaderAndFollower(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.wires().cut(leader.id(), follower.id(), until);
      world.wires().cut(follower.id(), leader.id(), until);
    }

    static void followerInABlackHoleButForTheLeader(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      for (Host<?> other : world.hosts()) {
        if (other != leader && other != follower) {
          world.wires().silence(other.id(), follower.id(), until);
          world.wires().silence(follower.id(), other.id(), until);
        }
      }
    }

    static void leaderIsMute(World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.hosts().forEach(h -> world.wires().silence(leader.id(), h.id(), until));
    }

    static void leaderIsDeaf(World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.hosts().forEach(h -> world.wires().silence(h.id(), leader.id(), until));
    }

    static void slowLinkBetweenLeaderAndFollower(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      world.wires().slow(leader.id(), follower.id(), until);
      world.wires().slow(follower.id(), leader.id(), until);
    }

    static void diskOfTheLeaderStalls(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      leader.life().stallDiskUntil(until);
    }

    static void diskOfAFollowerStalls(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      follower.life().stallDiskUntil(until);
    }

    static void stateMachineOfAFollowerBlocks(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      follower.life().blockMachineUntil(until);
    }

    static void leaderIsPaused(World<?> world, Host<?> leader, Host<?> follower, long until) {
      leader.life().pauseUntil(until);
    }

    static void followerIsPaused(World<?> world, Host<?> leader, Host<?> follower, long until) {
      follower.life().pauseUntil(until);
    }

    static void processorOfTheLeaderIsSlow(
        World<?> world, Host<?> leader, Host<?> follower, long until) {
      leader.life().slowUntil(until);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theHealthySideGoesOnUnder(Grey fault) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      new Case(fault, seed).play();
    }
  }

  /** One cluster, of three or five, whose snapshots are few or many. */
  private static final class Case {
    private final Grey fault;
    private final String name;
    private final World<Registers.Machine> world;

    Case(Grey fault, long seed) {
      this.fault = fault;
      name = fault + ", seed " + seed;
      boolean large = seed % 3 == 0;
      int snapshotBytes = seed % 2 == 0 ? 1_000 : 10_000_000;
      Setting<Registers.Machine> setting =
          new Setting<>(new Registers(false), FileStorage::open, WireTrip::of);
      world = new World<>(setting, seed, weather(large ? 5 : 3, snapshotBytes), null);
    }

    private static Weather weather(int nodes, int snapshotBytes) {
      return new Weather(
          nodes,
          ELECTION_TIMEOUT,
          new Limits(1 << 20, 5_000, 1 << 20, 1_000, 8, 1 << 11, snapshotBytes, 1 << 20, 20_000),
          0,
          2,
          50 * Weather.MILLI,
          false,
          false,
          200 * Weather.MICRO,
          0,
          0,
          0,
          true,
          500 * Weather.MICRO,
          0,
          0.01,
          false,
          0,
          Map.of());
    }

    void play() {
      world.hosts().forEach(Host::start);
      await("a leader of all", 10, () -> leader(world.hosts()) != null);
      Host<Registers.Machine> leader = leader(world.hosts());
      Host<Registers.Machine> follower = world.hosts().get(world.hosts().get(0) == leader ? 1 : 0);
      List<Host<Registers.Machine>> healthy = new ArrayList<>(world.hosts());
      healthy.forEach(this::request);
      world.pass(ET);

      long end = world.timeline().now() + LASTS;
      fault.blow.strike(world, leader, follower, end);
      if (fault.ill == Ill.LEADER) {
        healthy.remove(leader);
        healthy.forEach(this::ask); // a disk that nobody needs is not missed
        world.pass(SETTLED * ET);
        leader = leader(healthy);
        assertThat(leader).as("another leader with %s:%n%s", name, world.trace()).isNotNull();
      } else if (fault.ill == Ill.FOLLOWER) {
        healthy.remove(follower);
      }
      long term = leader.life().node().status().term();
      for (int round = 0; round < ROUNDS; round++) {
        healthy.forEach(this::request);
        world.pass(ET);
      }
      assertThat(world.timeline().now()).as("that it still stands: %s", name).isLessThan(end);
      assertThat(leader(healthy)).as("the leader with %s", name).isSameAs(leader);
      assertThat(leader.life().node().status().term()).as("term, %s", name).isEqualTo(term);
      recover(end);
    }

    /** Without a leader that all of them know there is none. */
    private Host<Registers.Machine> leader(List<Host<Registers.Machine>> among) {
      for (Host<Registers.Machine> host : among) {
        if (host.leads() && among.stream().allMatch(h -> knows(h, host))) {
          return host;
        }
      }
      return null;
    }

    private static boolean knows(Host<?> host, Host<?> leader) {
      return host.life().node().status().leader().equals(Optional.of(leader.id()));
    }

    /** Some clients ask for something at once; all wait until it is done. */
    private void request(Host<Registers.Machine> host) {
      int enough = world.clients().answered() + CLIENTS;
      ask(host);
      await("requests at " + host, 2, () -> world.clients().answered() >= enough);
    }

    private void ask(Host<Registers.Machine> host) {
      for (int client = 0; client < CLIENTS; client++) {
        world.clients().askOnce(host.life());
      }
    }

    private void recover(long end) {
      world.pass(end - world.timeline().now());
      world.calmDown();
      await("all to be equal", 20, this::allEqual);
      await("all answers", 20, () -> world.clients().unanswered().isEmpty());
      world.clients().checkHistory();
      world.hosts().forEach(Host::stop);
      world.pass(ET);
      assertThat(world.failure()).as(name).isNull();
    }

    private boolean allEqual() {
      Host<Registers.Machine> leader = leader(world.hosts());
      return leader != null
          && world.hosts().stream()
              .map(h -> h.life().node().status())
              .allMatch(s -> s.appliedIndex() == leader.life().node().status().lastIndex());
    }

    private void await(String what, int electionTimeouts, BooleanSupplier condition) {
      long longest = world.timeline().now() + electionTimeouts * ET;
      while (world.failure() == null && !condition.getAsBoolean()) {
        assertThat(world.timeline().now())
            .as("%s, in time, with %s:%n%s", what, name, world.trace())
            .isLessThan(longest);
        world.pass(Weather.SECOND / 100);
      }
      assertThat(world.failure()).as(name).isNull();
    }
  }
}
