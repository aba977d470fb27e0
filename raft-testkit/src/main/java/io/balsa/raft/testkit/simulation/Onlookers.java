package io.balsa.raft.testkit.simulation;

import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.RaftNode;
import io.balsa.raft.ReadToken;
import io.balsa.raft.StaleRead;
import io.balsa.raft.Staleness;
import io.balsa.raft.StateMachine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Those who are content with reads that are stale, or with what they have seen themselves. Each is
 * told how stale it is, and here somebody knows the truth.
 *
 * <ul>
 *   <li>The state is one that really was: it has the last command up to its index.
 *   <li>What was applied anywhere before the moment that its age names is in it, by whatever clock
 *       the node has.
 *   <li>Whoever reads with a token sees at least what the token stands for.
 * </ul>
 */
final class Onlookers<M extends StateMachine> {
  private static final long THINK = Weather.SECOND / 5;

  private static final UUID NO_CLUSTER = new UUID(0, 0);

  /** What the conversion from one clock to another may lose. */
  private static final long ROUNDING = 10;

  private final World<M> world;
  private final SplittableRandom random;

  /** When each command was applied for the first time, by its index; in this order, too. */
  private final TreeMap<Long, Long> firstApplied = new TreeMap<>();

  private final List<Look> open = new ArrayList<>();
  private ReadToken token;
  private boolean stopped;

  Onlookers(World<M> world, SplittableRandom random) {
    this.world = world;
    this.random = random;
  }

  void start() {
    for (int i = 0; i < world.weather().onlookers(); i++) {
      think();
    }
  }

  void stop() {
    stopped = true;
  }

  void applied(long index) {
    firstApplied.putIfAbsent(index, world.timeline().now());
  }

  private void think() {
    world.timeline().after(random.nextLong(2 * THINK), this::look);
  }

  private void look() {
    if (stopped) {
      return;
    }
    Host<M> host = world.hosts().get(random.nextInt(world.hosts().size()));
    if (!host.isUp()) {
      think();
    } else if (token != null && random.nextInt(3) == 0) {
      lookAfter(host.life(), token);
    } else {
      lookStale(host.life());
    }
  }

  private void lookStale(Life<M> life) {
    Staleness bound =
        switch (random.nextInt(4)) {
          case 0 -> Staleness.any();
          case 1 -> Staleness.ofEntries(random.nextInt(10));
          default -> Staleness.ofAge(Duration.ofMillis(random.nextInt(1000)));
        };
    RaftNode node = life.node();
    WatchedMachine<M> machine = life.machine();
    settle(
        new Look(life, "stale read within " + bound),
        node.staleRead(bound, machine::index),
        read -> checkStale(life, read));
  }

  private void checkStale(Life<M> life, StaleRead<Long> read) {
    if (read.value() != commandAt(read.index())) {
      fail(
          life,
          read + " shows a state that never was: it should end at " + commandAt(read.index()));
    }
    Map.Entry<Long, Long> missing = firstApplied.higherEntry(read.index());
    if (read.age().isPresent() && missing != null) {
      long age = life.clock().toTime(read.age().get().toNanos()) + ROUNDING;
      long now = world.timeline().now();
      if (missing.getValue() < now - age) {
        fail(
            life,
            read
                + " lacks "
                + missing.getKey()
                + ", applied "
                + (now - missing.getValue())
                + " ns ago");
      }
    }
    long shown = life.node().token().index();
    if (shown < read.index()) {
      fail(life, "its token " + shown + " does not cover " + read);
    }
    ReadToken latest = life.node().token();
    if (!latest.clusterId().equals(NO_CLUSTER)) {
      token = latest;
    }
  }

  private void lookAfter(Life<M> life, ReadToken wanted) {
    settle(
        new Look(life, "read after " + wanted),
        life.node().readAfter(wanted, life.machine()::index),
        seen -> {
          if (seen < commandAt(wanted.index())) {
            fail(life, "a read after " + wanted + " has seen only " + seen);
          }
        });
  }

  /** The last command up to an index. */
  private long commandAt(long index) {
    Long command = firstApplied.floorKey(index);
    return command == null ? 0 : command;
  }

  private <T> void settle(Look look, CompletableFuture<T> future, Consumer<T> check) {
    open.add(look);
    future.whenComplete(
        (result, failure) -> {
          open.remove(look);
          Throwable why = failure instanceof CompletionException e ? e.getCause() : failure;
          if (why == null && !look.life.isOver()) {
            check.accept(result);
          } else if (why != null
              && !(why instanceof NotExecutedException || why instanceof ClosedException)) {
            fail(look.life, look + " failed: " + why);
          }
          if (!look.life.isOver()) {
            think();
          }
        });
  }

  private void fail(Life<M> life, String what) {
    world.fail(new AssertionError(life + ": " + what));
  }

  /** A process has ended with what was asked of it. */
  void lost(Life<M> life) {
    if (open.removeIf(look -> look.life == life)) {
      think();
    }
  }

  List<String> unanswered() {
    return open.stream().map(Look::toString).toList();
  }

  private final class Look {
    final Life<M> life;
    final String what;

    Look(Life<M> life, String what) {
      this.life = life;
      this.what = what;
    }

    @Override
    public String toString() {
      return what + " of " + life;
    }
  }
}
