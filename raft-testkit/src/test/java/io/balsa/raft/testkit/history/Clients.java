package io.balsa.raft.testkit.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Histories that are linearizable because they are made so: clients at random, and each operation
 * takes effect at a moment of its own.
 */
final class Clients {
  private final Random random;
  private final int operations;
  private final Function<Random, Cell.Input> inputs;
  private final Cell model = new Cell();
  private final History<Cell.Input, Integer> history = new History<>();

  private final List<Request> underWay = new ArrayList<>();
  private final List<Request> late = new ArrayList<>();
  private final List<Boolean> lost = new ArrayList<>();
  private final long[] free;
  private int busy;
  private long now;
  private int state;

  private static final class Request {
    private final int seat;
    private final long id;
    private final Cell.Input input;
    private final boolean lost;
    private Integer output;
    private boolean effective;

    Request(int seat, long id, Cell.Input input, boolean lost) {
      this.seat = seat;
      this.id = id;
      this.input = input;
      this.lost = lost;
    }
  }

  /** So many operations altogether, of which some are unknown in the end. */
  Clients(
      Random random,
      int clients,
      int operations,
      int unknown,
      Function<Random, Cell.Input> inputs) {
    this.random = random;
    this.operations = operations;
    this.inputs = inputs;
    this.free = new long[clients];
    for (int i = 0; i < clients; i++) {
      free[i] = i;
    }
    for (int i = 0; i < operations; i++) {
      lost.add(i < unknown);
    }
    Collections.shuffle(lost, random);
  }

  History<Cell.Input, Integer> run() {
    int begun = 0;
    while (begun < operations || !underWay.isEmpty()) {
      now++;
      if (begun < operations && busy < free.length && random.nextBoolean()) {
        begin(lost.get(begun++));
      } else if (!underWay.isEmpty()) {
        proceed(underWay.get(random.nextInt(underWay.size())));
      }
      if (!late.isEmpty() && random.nextInt(10) == 0) {
        apply(late.remove(random.nextInt(late.size())));
      }
    }
    return history;
  }

  private void begin(boolean isLost) {
    int seat = 0;
    while (free[seat] < 0) {
      seat++;
    }
    Cell.Input input = inputs.apply(random);
    underWay.add(new Request(seat, history.invoke(free[seat], input, now), input, isLost));
    free[seat] = -1 - free[seat];
    busy++;
  }

  private void proceed(Request request) {
    if (!request.effective && !(request.lost && random.nextBoolean())) {
      apply(request);
      return;
    }
    underWay.remove(request);
    busy--;
    free[request.seat] = -1 - free[request.seat];
    if (!request.lost) {
      history.completed(request.id, request.output, now);
      return;
    }
    free[request.seat] += free.length;
    if (random.nextInt(4) != 0) {
      history.unknown(request.id, now);
    }
    if (!request.effective && random.nextBoolean()) {
      late.add(request);
    }
  }

  private void apply(Request request) {
    Model.Step<Integer, Integer> step = model.step(state, request.input);
    state = step.state();
    request.output = step.output();
    request.effective = true;
  }

  /** The same history but for the output of one operation that completed. */
  static History<Cell.Input, Integer> withOutput(
      History<Cell.Input, Integer> history, long changed, Integer output) {
    record Event(long order, long id, boolean begins) {}
    List<Call<Cell.Input, Integer>> calls = history.calls();
    List<Event> events = new ArrayList<>();
    for (int id = 0; id < calls.size(); id++) {
      events.add(new Event(calls.get(id).invoked(), id, true));
      if (calls.get(id).returned() != Call.UNDER_WAY) {
        events.add(new Event(calls.get(id).returned(), id, false));
      }
    }
    events.sort(Comparator.comparingLong(Event::order));
    History<Cell.Input, Integer> copy = new History<>();
    for (Event event : events) {
      Operation<Cell.Input, Integer> o = calls.get((int) event.id).operation();
      if (event.begins) {
        copy.invoke(o.client(), o.input(), o.invokedAt());
      } else if (o.outcome() == Operation.Outcome.COMPLETED) {
        Integer told = event.id == changed ? output : o.output();
        copy.completed(event.id, told, o.returnedAt());
      } else {
        copy.unknown(event.id, o.returnedAt());
      }
    }
    return copy;
  }
}
