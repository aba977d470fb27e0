package io.balsa.raft.testkit.simulation;

import io.balsa.raft.RaftNode;
import io.balsa.raft.StateMachine;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** A workload whose own mistakes are told from those of the cluster, by the method that made it. */
final class CheckedWorkload<M extends StateMachine, S, I, O> implements Workload<M, S, I, O> {
  private final Workload<M, S, I, O> workload;

  CheckedWorkload(Workload<M, S, I, O> workload) {
    this.workload = workload;
  }

  private static <T> T ask(String method, Callable<T> question) {
    try {
      return question.call();
    } catch (Exception | StackOverflowError | AssertionError e) {
      throw new AssertionError("the workload's " + method + " throws: " + e, e);
    }
  }

  private static <T> T ask(String method, Object of, Callable<T> question) {
    T answer = ask(method, question);
    if (answer == null) {
      throw new AssertionError(
          "the workload's " + method + " returns null" + (of == null ? "" : " for " + of));
    }
    return answer;
  }

  @Override
  public M stateMachine() {
    return ask("stateMachine", null, workload::stateMachine);
  }

  @Override
  public I next(RandomGenerator random) {
    return ask("next", null, () -> workload.next(random));
  }

  @Override
  public CompletableFuture<O> execute(RaftNode node, M machine, I input) {
    return ask("execute", input, () -> workload.execute(node, machine, input));
  }

  @Override
  public CompletableFuture<O> executeByLease(RaftNode node, M machine, I input) {
    return ask("executeByLease", input, () -> workload.executeByLease(node, machine, input));
  }

  @Override
  public void end(M machine) {
    ask(
        "end",
        () -> {
          workload.end(machine);
          return null;
        });
  }

  @Override
  public boolean mayBeOnDisk() {
    return ask("mayBeOnDisk", workload::mayBeOnDisk);
  }

  @Override
  public Object state(M machine) {
    Object state = ask("state", () -> workload.state(machine));
    boolean isOneOfAKind = state == null || state instanceof Enum;
    if (!isOneOfAKind && state.hashCode() == System.identityHashCode(state)) {
      throw new AssertionError(
          "the workload's state returns a "
              + state.getClass().getTypeName()
              + ", which has no equals and hashCode of its own, so that no two of them are equal");
    }
    return state;
  }

  // ---- the model

  @Override
  public S initial() {
    return ask("initial", workload::initial);
  }

  @Override
  public Step<S, O> step(S state, I input) {
    return ask("step", input, () -> workload.step(state, input));
  }

  @Override
  public Object key(I input) {
    return ask("key", () -> workload.key(input));
  }

  @Override
  public boolean isReadOnly(I input) {
    return ask("isReadOnly", () -> workload.isReadOnly(input));
  }

  @Override
  public boolean accepts(I input, O specified, O observed) {
    return ask("accepts", () -> workload.accepts(input, specified, observed));
  }
}
