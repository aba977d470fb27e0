package io.balsa.raft.testkit.simulation;

import io.balsa.raft.StateMachine;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Several faults that meet at the worst moment: what chance alone would bring together once in
 * thousands of seeds.
 */
final class Conspiracy<M extends StateMachine> {
  /** How often everybody is asked while the leader is disowned. */
  private static final int QUESTIONS = 30;

  /** And while a change of the members is split: more would leave too much unknown to judge. */
  private static final int QUESTIONS_IN_A_SPLIT = 8;

  /** How often the leader and somebody else are asked while answers are late. */
  private static final int QUESTIONS_IN_BETWEEN = 10;

  private static final int COMMANDS_TO_THE_DEPOSED = 6;

  /** How often a leader that was restarted is to lead again. */
  private static final int HANDOVERS = 20;

  private static final int SNAPSHOTS_BEHIND_A_BACK = 4;

  /** The last configuration that has come into force in a life. */
  private record InForce(Life<?> life, Configuration configuration) {}

  private final World<M> world;
  private final DiskMischief<M> disks;
  private final SplittableRandom random;
  private final long end;
  private final Map<NodeId, InForce> inForce = new TreeMap<>();
  private final Set<NodeId> leftBehind = new TreeSet<>();
  private boolean splitsNextChange;

  Conspiracy(World<M> world, DiskMischief<M> disks, SplittableRandom random) {
    this.world = world;
    this.disks = disks;
    this.random = random;
    end = world.weather().storm();
  }

  /** Returns false if there is no leader. */
  boolean strikes(Fault fault) {
    if (fault == Fault.SPLIT_CHANGE) {
      splitsNextChange = true;
      return true;
    }
    boolean struck = false;
    for (Host<M> host : leaders()) {
      if (world.hosts().size() > 1) {
        struck = true;
        switch (fault) {
          case DISOWNED_LEADER -> disown(host);
          case DEPOSED_LEADER -> depose(host);
          case LEFT_BEHIND -> leaveBehind(host);
          case LATE_ANSWERS -> answerLate(host);
          case LOST_HANDOVER -> loseHandover(host);
          case RESTARTED_LEADER -> restart(host);
          default -> throw new AssertionError(fault);
        }
      }
    }
    return struck;
  }

  private long now() {
    return world.timeline().now();
  }

  /** A time from now, in election timeouts, but within the storm. */
  private long in(double electionTimeouts) {
    long nanos = (long) (electionTimeouts * world.weather().electionTimeout().toNanos());
    return Math.min(end, now() + nanos);
  }

  private void cutBoth(NodeId a, NodeId b, long until) {
    world.wires().cut(a, b, until);
    world.wires().cut(b, a, until);
  }

  private List<Host<M>> leaders() {
    return world.hosts().stream().filter(Host::leads).toList();
  }

  private Set<NodeId> everybody() {
    Set<NodeId> all = new TreeSet<>();
    world.hosts().forEach(host -> all.add(host.id()));
    return all;
  }

  private Host<M> anyBut(Host<M> one) {
    List<Host<M>> others = new ArrayList<>(world.hosts());
    others.remove(one);
    return others.get(random.nextInt(others.size()));
  }

  /** Parts some from all others, who hear of it at once or not. */
  private void part(Set<NodeId> some, long until, boolean heard) {
    for (NodeId other : everybody()) {
      for (NodeId one : some) {
        if (!some.contains(other)) {
          cutBoth(one, other, until);
          if (heard) {
            world.wires().reset(one, other);
          }
        }
      }
    }
  }

  // ---- the leader is disowned

  /**
   * Everybody hears at once that the leader is gone, but it is not, and is asked like the others.
   */
  private void disown(Host<M> leader) {
    long until = Math.min(end, now() + random.nextLong(Weather.MILLI, 8 * Weather.SECOND));
    part(Set.of(leader.id()), until, true);
    askAllFor(QUESTIONS, leader);
  }

  /**
   * The same, but the leader does not notice before it sends the next heartbeat, and what the
   * others have said before is still on its way to it.
   */
  private void answerLate(Host<M> leader) {
    Wires<M> wires = world.wires();
    long soon = in(random.nextDouble());
    Set<NodeId> others = everybody();
    others.remove(leader.id());
    others.forEach(other -> wires.slow(other, leader.id(), soon));
    world
        .timeline()
        .at(
            soon,
            () -> {
              part(Set.of(leader.id()), in(1 + 2 * random.nextDouble()), false);
              others.forEach(other -> wires.tell(other, leader.id()));
              repeatedly(QUESTIONS_IN_BETWEEN, 0.1, () -> askTwo(leader, anyBut(leader)));
            });
  }

  private void askTwo(Host<M> disowned, Host<M> other) {
    askOnce(other, false);
    askOnce(disowned, true);
  }

  private void askAllFor(int times, Host<M> leader) {
    repeatedly(times, 1, () -> askAll(leader));
  }

  private void repeatedly(int times, double electionTimeouts, Runnable action) {
    long step = (long) (electionTimeouts * world.weather().electionTimeout().toNanos() / times);
    for (int i = 0; i < times; i++) {
      world.timeline().after(i * step, action);
    }
  }

  private void askAll(Host<M> disowned) {
    for (Host<M> host : List.copyOf(world.hosts())) {
      askOnce(host, host == disowned);
    }
  }

  private void askOnce(Host<M> host, boolean readOnly) {
    if (host.isUp()) {
      world.clients().askOnce(host.life(), readOnly);
    }
  }

  // ---- the leader is deposed

  /**
   * A leader is cut off, alone or with one who follows it, and goes on being asked. When it is back
   * it finds that others have led: while its disk has not done what it was given before, or while
   * the follower's old answers are still on their way, and it leads once more.
   */
  private void depose(Host<M> leader) {
    long back = in(1 + 3 * random.nextDouble());
    Set<NodeId> gone = new TreeSet<>(Set.of(leader.id()));
    Host<M> companion = world.hosts().get(random.nextInt(world.hosts().size()));
    if (world.hosts().size() > 3 && companion != leader) {
      gone.add(companion.id());
      world.wires().slow(companion.id(), leader.id(), back);
      comesBackLater(leader.id(), companion.id(), back);
    } else if (random.nextBoolean()) {
      leader.life().stallDiskUntil(back + random.nextLong(60 * Weather.MILLI));
      leader.life().slowUntil(back + 100 * Weather.MILLI);
    }
    part(gone, back, random.nextBoolean());
    for (int i = 0; i < COMMANDS_TO_THE_DEPOSED; i++) {
      world.timeline().at(now() + random.nextLong(1 + back - now()), () -> ask(leader));
    }
  }

  private void ask(Host<M> host) {
    if (host.isUp()) {
      world.clients().askOnce(host.life());
    }
  }

  /** The leader is to lead again before the companion hears of anything. */
  private void comesBackLater(NodeId leader, NodeId companion, long back) {
    long later = Math.min(end, back + 3 * world.weather().electionTimeout().toNanos());
    world
        .timeline()
        .at(
            back,
            () -> {
              part(Set.of(companion), later, false);
              world.wires().cut(companion, leader, 0); // what it has said is still heard
            });
    world
        .timeline()
        .at(
            back + (later - back) / 3,
            () -> {
              for (Host<M> host : leaders()) {
                if (!host.id().equals(leader)) {
                  world.administrator().makesWay(host, leader);
                }
              }
            });
  }

  // ---- the leader is restarted and leads again

  /**
   * What the leader's former process has said arrives when it leads again, just before it is
   * disowned without noticing: so the answers to that do, too.
   */
  private void restart(Host<M> leader) {
    Runnable formerOrders = world.wires().lastOrders(leader.id());
    if (random.nextBoolean()) {
      leader.stop();
    } else {
      leader.kill();
    }
    world.restartLater(leader);
    leadsAgain(leader, HANDOVERS, formerOrders);
  }

  private void leadsAgain(Host<M> host, int tries, Runnable formerOrders) {
    if (host.leads()) {
      answerLate(host);
      formerOrders.run();
    } else if (tries > 0 && now() < end) {
      leaders().forEach(other -> world.administrator().makesWay(other, host.id()));
      long pause = world.weather().electionTimeout().toNanos() / 2;
      world.timeline().after(pause, () -> leadsAgain(host, tries - 1, formerOrders));
    }
  }

  // ---- a handover gets lost

  /** Leadership is to be handed over to somebody who can't be reached, now or for long. */
  private void loseHandover(Host<M> leader) {
    Host<M> latecomer = world.latecomer();
    boolean isThere = latecomer == null || latecomer == leader;
    NodeId target = (isThere ? anyBut(leader) : latecomer).id();
    long when = random.nextBoolean() ? atTheEnd() : now();
    world
        .timeline()
        .at(
            when,
            () -> {
              leaders().forEach(host -> world.wires().cut(host.id(), target, in(3)));
              leaders().forEach(host -> world.administrator().makesWay(host, target));
            });
  }

  // ---- a follower is left behind

  /**
   * A follower is cut off while the leader takes snapshots and gives up what they stand for, so
   * that it needs one when it is back.
   */
  private void leaveBehind(Host<M> leader) {
    Host<M> follower = anyBut(leader);
    long back = random.nextBoolean() ? atTheEnd() : in(1 + 5 * random.nextDouble());
    part(Set.of(follower.id()), back, random.nextBoolean());
    long step = (back - now()) / SNAPSHOTS_BEHIND_A_BACK;
    for (int i = 0; i < SNAPSHOTS_BEHIND_A_BACK; i++) {
      world.timeline().after(i * step, () -> leaders().forEach(this::goOn));
    }
    world.timeline().at(back, () -> leftBehind.add(follower.id()));
  }

  private void goOn(Host<M> leader) {
    ask(leader);
    world.administrator().takesSnapshot(leader);
  }

  /** Late enough for what happens then to be the last thing that happens. */
  private long atTheEnd() {
    return Math.max(now(), end - random.nextLong(3 * Weather.SECOND));
  }

  /** A host asks another one for a piece of its snapshot: which goes wrong now. */
  void onRequest(Host<M> source, Host<M> receiver) {
    boolean hits = now() < end && leftBehind.contains(receiver.id()) && random.nextInt(3) == 0;
    if (hits) {
      leftBehind.remove(receiver.id());
      switch (random.nextInt(3)) {
        case 0 -> disks.spoilSnapshot(source);
        case 1 -> disks.failSoon(receiver);
        default -> world.wires().cut(source.id(), receiver.id(), in(random.nextDouble()));
      }
    }
  }

  // ---- a change of the members is split

  /** A configuration has come into force on a host. */
  void onConfiguration(Host<M> host, Configuration configuration) {
    InForce before = inForce.put(host.id(), new InForce(host.life(), configuration));
    Collection<Member> old = outgoing(before, host.life(), configuration);
    boolean waits = configuration.isJoint() && random.nextInt(3) == 0; // for the next phase
    if (splitsNextChange && !waits && !old.isEmpty() && host.leads() && now() < end) {
      splitsNextChange = false;
      Collection<Member> voters = configuration.voters();
      if (configuration.isJoint()) {
        long soon = 4 * (world.weather().message() + world.weather().disk());
        world.timeline().after(random.nextLong(1 + soon), () -> split(host, voters, old));
      } else {
        split(host, voters, old); // before anybody hears of it
      }
    }
  }

  /** Who votes no more, or as one half; also if a change leaves out the joint configuration. */
  private static Collection<Member> outgoing(
      InForce before, Life<?> life, Configuration configuration) {
    if (configuration.isJoint()) {
      return configuration.outgoing();
    }
    if (before == null || before.life != life) {
      return List.of();
    }
    Configuration last = before.configuration;
    boolean changes = last.isJoint() || !ids(last.voters()).equals(ids(configuration.voters()));
    return !changes ? List.of() : last.isJoint() ? last.outgoing() : last.voters();
  }

  private static Set<NodeId> ids(Collection<Member> members) {
    Set<NodeId> ids = new TreeSet<>();
    members.forEach(member -> ids.add(member.id()));
    return ids;
  }

  /** As many new voters as are a majority of them are parted from all others, the leader too. */
  private void split(Host<M> leader, Collection<Member> now, Collection<Member> old) {
    List<Member> voters = new ArrayList<>(now);
    voters.sort(Comparator.comparing(old::contains));
    Set<NodeId> some = new TreeSet<>();
    voters.subList(0, voters.size() / 2 + 1).forEach(member -> some.add(member.id()));
    if (random.nextInt(3) > 0) {
      some.add(leader.id());
    }
    long until = in(1 + 4 * random.nextDouble());
    if (some.contains(leader.id()) && random.nextBoolean()) {
      part(some, until, false);
      goOnWithout(leader, some);
    } else {
      part(some, until, random.nextInt(4) > 0);
      askAllFor(QUESTIONS_IN_A_SPLIT, leader);
    }
  }

  /** Only the others hear that the leader is gone. What they write, it might not read. */
  private void goOnWithout(Host<M> leader, Set<NodeId> withIt) {
    List<Host<M>> others = new ArrayList<>(world.hosts());
    others.removeIf(host -> withIt.contains(host.id()));
    others.forEach(other -> world.wires().tell(other.id(), leader.id()));
    if (!others.isEmpty()) {
      Host<M> other = others.get(random.nextInt(others.size()));
      repeatedly(QUESTIONS_IN_BETWEEN, 1, () -> askTwo(leader, other));
    }
  }
}
