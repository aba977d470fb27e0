package io.balsa.raft.testkit.simulation;

import io.balsa.raft.AnswerLostException;
import io.balsa.raft.ClosedException;
import io.balsa.raft.NotExecutedException;
import io.balsa.raft.OutcomeUnknownException;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.StateMachine;
import io.balsa.raft.testkit.history.History;
import io.balsa.raft.testkit.history.Linearizability;
import io.balsa.raft.testkit.history.Verdict;
import io.balsa.raft.testkit.invariant.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Those who use the cluster: each asks one thing at a time, of one node or another, waits for the
 * answer, thinks, and asks the next. What they experience is a {@link History}.
 */
final class Clients<M extends StateMachine, S, I, O> {
  /** More than these would make judging them slower than making them. */
  private static final int MOST = 2_000;

  /**
   * While so many wait for what would change something, strangers only read. If all of these fail,
   * any of them may have happened at any time, and judging takes exponentially longer.
   */
  private static final int CROWD = 50;

  private static final int STRANGER = -1;

  private final World<M> world;
  private final Workload<M, S, I, O> workload;
  private final History<I, O> history = new History<>();
  private final SplittableRandom random;
  private final List<Call> open = new ArrayList<>();
  private int asked;
  private int answered;
  private boolean silent;

  Clients(World<M> world, Workload<M, S, I, O> workload) {
    this.world = world;
    this.workload = workload;
    random = world.random().split();
  }

  int asked() {
    return asked;
  }

  int answered() {
    return answered;
  }

  void start() {
    for (int i = 0; i < world.weather().clients(); i++) {
      think(i);
    }
  }

  /** Nobody asks for anything more, except for strangers, once. */
  void fallSilent() {
    silent = true;
  }

  /** Nobody comes back any more. */
  void stop() {
    fallSilent();
    for (Host<M> host : world.hosts()) {
      if (host.isUp()) {
        workload.end(host.life().machine().machine());
      }
    }
  }

  private void think(int client) {
    if (client == STRANGER) {
      return;
    }
    int hurry = 2 * asked < MOST ? 1 : 10; // so that some are left for later
    double nanos = -Math.log(1 - random.nextDouble()) * world.weather().think() * hurry;
    world.timeline().after((long) nanos, () -> ask(client));
  }

  private void ask(int client) {
    if (silent || asked >= MOST) {
      return;
    }
    List<Host<M>> hosts = world.hosts();
    Host<M> host = hosts.get(random.nextInt(hosts.size()));
    if (host.isUp()) {
      call(client, host.life(), workload.next(random));
    } else {
      think(client);
    }
  }

  /** Somebody else asks a node for something, once. */
  void askOnce(Life<M> life) {
    call(STRANGER, life, workload.next(random));
  }

  /** Somebody else asks a node, perhaps only for what changes nothing. */
  void askOnce(Life<M> life, boolean readOnly) {
    I input = workload.next(random);
    boolean mayChange = !readOnly && open.stream().filter(this::changes).count() < CROWD;
    if (!silent && asked < MOST && (mayChange || workload.isReadOnly(input))) {
      call(STRANGER, life, input);
    }
  }

  private boolean changes(Call call) {
    return !workload.isReadOnly(call.input);
  }

  private void call(int client, Life<M> life, I input) {
    asked++;
    long id = history.invoke(client, input, world.timeline().now());
    Call call = new Call(client, life, id, input);
    open.add(call);
    world.observe(new Observation.Asked(life.host().id(), call.id));
    boolean byLease = world.weather().byLease() && random.nextInt(4) != 0;
    M machine = life.machine().machine();
    CompletableFuture<O> future =
        byLease
            ? workload.executeByLease(life.node(), machine, input)
            : workload.execute(life.node(), machine, input);
    future.whenComplete((output, failure) -> settle(call, output, failure));
  }

  private void settle(Call call, O output, Throwable failure) {
    if (!world.timeline().isInItsThread()) {
      return; // which is the end of it
    }
    if (call.life.isOver()) {
      return; // nobody is there any more to hear it
    }
    open.remove(call);
    world.observe(new Observation.Answered(call.life.host().id(), call.id));
    long now = world.timeline().now();
    Throwable why = failure instanceof CompletionException e ? e.getCause() : failure;
    if (why == null) {
      answered++;
      history.completed(call.id, output, now);
    } else if (why instanceof OutcomeUnknownException
        || why instanceof SessionLostException
        || why instanceof AnswerLostException) {
      history.unknown(call.id, now);
    } else if (why instanceof NotExecutedException || why instanceof ClosedException) {
      history.notExecuted(call.id, now);
    } else {
      world.fail(
          new AssertionError("a request failed in a way that no client understands: " + why, why));
    }
    think(call.client);
  }

  /** A process has ended, and its clients will never know. */
  void lost(Life<M> life) {
    long now = world.timeline().now();
    for (Call call : List.copyOf(open)) {
      if (call.life == life) {
        open.remove(call);
        history.unknown(call.id, now);
        think(call.client);
      }
    }
  }

  /** Whether what they were told could have come from a single copy of the state machine. */
  void checkHistory() {
    Verdict<I, O> verdict = Linearizability.check(workload, history);
    if (verdict instanceof Verdict.Undecided<I, O> undecided) {
      world.fail(new Undecided(undecided.key()));
    } else if (!verdict.isLinearizable()) {
      world.fail(new AssertionError(verdict.toString()));
    }
  }

  /** Requests that were never answered, by a node that lives. */
  List<String> unanswered() {
    return open.stream().map(call -> "request " + call.id + " of " + call.life).toList();
  }

  private final class Call {
    final int client;
    final Life<M> life;
    final long id;
    final I input;

    Call(int client, Life<M> life, long id, I input) {
      this.client = client;
      this.life = life;
      this.id = id;
      this.input = input;
    }
  }
}
