package io.balsa.raft.testkit.simulation;

import io.balsa.raft.NodeStatus;
import io.balsa.raft.StateMachine;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One seed from beginning to end: a storm, then calm, in which a leader must emerge, everybody must
 * become equal, and every request must be answered; then the judgement over what the clients saw.
 */
final class Run<M extends StateMachine> {
  private static final int ELECTIONS = 10;
  private static final long MINUTE = 60 * Weather.SECOND;

  private final Setting<M> setting;
  private final long seed;
  private final World<M> world;
  private final Weather drawn;

  Run(Setting<M> setting, long seed, Consumer<String> lines) {
    this.setting = setting;
    this.seed = seed;
    world = new World<>(setting, seed, lines);
    drawn = world.weather();
  }

  long seed() {
    return seed;
  }

  /** Changes as long as it goes on; odd while something happens. For any thread. */
  long turn() {
    return world.timeline().turn();
  }

  /** In which it is played; for any thread. */
  Thread thread() {
    return world.timeline().thread();
  }

  Outcome play() {
    world.timeline().takeOver();
    try {
      storm();
      calm();
      judge();
    } catch (RuntimeException | Error e) {
      world.fail(e);
    }
    world.hosts().forEach(Host::kill);
    world.timeline().runUntil(world.timeline().now()); // so that no directory stays locked
    return new Outcome(
        seed,
        drawn,
        world.timeline().now(),
        world.timeline().count(),
        world.counts(),
        world.clients().asked(),
        world.clients().answered(),
        world.trace().hash(),
        world.failure() == null ? "" : world.trace().toString(),
        world.failure());
  }

  /** What came of it if it never ends. The world belongs to another thread. */
  Outcome hangs(AssertionError failure) {
    return new Outcome(seed, drawn, 0, 0, new Counts(), 0, 0, 0, "", failure);
  }

  private void storm() {
    world.startAll();
    world.clients().start();
    world.onlookers().start();
    world.mischief().start();
    world.pass(world.weather().storm());
  }

  private void calm() {
    world.calmDown();
    if (world.weather().silence()) {
      world.clients().fallSilent();
    }
    world.pass(Weather.LONGEST); // what the storm has delayed arrives, or doesn't
    int before = world.clients().answered();
    long electionTimeout = world.weather().electionTimeout().toNanos();
    await(
        "a leader commits within ten election timeouts",
        ELECTIONS * electionTimeout,
        () -> isAnswered(before));
    world.latecomerComes();
    await("everybody is a voter again", MINUTE, world.administrator()::everybodyIsBack);
    world.clients().stop();
    world.onlookers().stop();
    await("all members become equal", MINUTE, this::allEqual);
    await("every request is answered", 2 * ELECTIONS * electionTimeout, () -> !isAnybodyWaiting());
    await("every order is answered", MINUTE, world.administrator()::everythingIsAnswered);
    await("all members stay equal", MINUTE, this::allEqual);
  }

  /** A request may still be refused by a node that is just coming back, so others are made. */
  private boolean isAnswered(int before) {
    if (world.clients().answered() > before) {
      return true;
    }
    world.hosts().stream().filter(Host::isUp).forEach(h -> world.clients().askOnce(h.life()));
    return false;
  }

  private void await(String what, long longest, BooleanSupplier condition) {
    long end = world.timeline().now() + longest;
    while (world.failure() == null && !condition.getAsBoolean()) {
      if (world.timeline().now() >= end) {
        world.fail(new AssertionError("not true in time: " + what + "\n" + describe()));
      }
      world.pass(Weather.SECOND / 10);
    }
  }

  private String describe() {
    StringBuilder s = new StringBuilder();
    for (Host<M> host : world.hosts()) {
      String state =
          host.isUp()
              ? host.life().node().status().toString()
              : host.isBroken() ? "broken" : "down";
      s.append("  ").append(host).append(": ").append(state).append('\n');
    }
    world.clients().unanswered().forEach(call -> s.append("  waits: ").append(call).append('\n'));
    world.onlookers().unanswered().forEach(l -> s.append("  waits: ").append(l).append('\n'));
    return s.toString();
  }

  private boolean allEqual() {
    NodeStatus first = null;
    for (Host<M> host : world.hosts()) {
      if (host.isBroken()) {
        continue;
      }
      if (!host.isUp()) {
        return false;
      }
      NodeStatus status = host.life().node().status();
      first = first == null ? status : first;
      boolean same =
          status.term() == first.term()
              && status.leader().equals(first.leader())
              && status.leader().isPresent()
              && status.lastIndex() == first.lastIndex()
              && status.commitIndex() == status.lastIndex()
              && status.appliedIndex() == status.commitIndex()
              && (status.waitingBytes() == 0 || isAnybodyWaiting());
      if (!same) {
        return false;
      }
    }
    return true;
  }

  private boolean isAnybodyWaiting() {
    return !world.clients().unanswered().isEmpty() || !world.onlookers().unanswered().isEmpty();
  }

  private void judge() {
    if (world.failure() != null) {
      return;
    }
    Host<M> first = null;
    for (Host<M> host : world.hosts()) {
      if (host.isUp()) {
        first = first == null ? host : first;
        if (!Objects.equals(state(host), state(first))) {
          world.fail(
              new AssertionError(
                  "the states differ after the same commands: "
                      + first
                      + " "
                      + state(first)
                      + ", "
                      + host
                      + " "
                      + state(host)));
        }
      }
    }
    world.clients().checkHistory();
    List.copyOf(world.hosts()).forEach(Host::stop);
    world.pass(Weather.SECOND);
  }

  private Object state(Host<M> host) {
    return setting.workload().state(host.life().machine().machine());
  }
}
