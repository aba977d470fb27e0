package io.balsa.raft.testkit.history;

import io.balsa.raft.testkit.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tells why an order cannot be continued: where it ends, and what each operation says to that. */
final class Explanation<S, I, O> {
  /** So many of the last operations placed are shown. */
  private static final int SHOWN = 10;

  private final Model<S, I, O> model;
  private final Partition<I, O> partition;
  private final Configuration<S, I, O> longest;
  private final List<Call<I, O>> order;

  /** A line of the table. */
  private record Line(Call<?, ?> call, String place, String remark) {
    String text() {
      Operation<?, ?> o = call.operation();
      boolean completed = call.is(Outcome.COMPLETED);
      return "%6s %8d %9d %9s  %s -> %s%s"
          .formatted(
              place,
              o.client(),
              o.invokedAt(),
              completed ? o.returnedAt() : "?",
              o.input(),
              completed ? o.output() : "?",
              remark.isEmpty() ? "" : "   (" + remark + ")");
    }
  }

  Explanation(Model<S, I, O> model, Partition<I, O> partition, Configuration<S, I, O> longest) {
    this.model = model;
    this.partition = partition;
    this.longest = longest;
    this.order = longest.order();
  }

  Verdict<I, O> violation(long explored) {
    return new Verdict.Violation<>(
        partition.key(),
        order.stream().map(Call::operation).toList(),
        unplaced().stream().map(Call::operation).toList(),
        text(),
        explored);
  }

  private List<Call<I, O>> unplaced() {
    return partition.candidates(longest.first()).stream()
        .filter(number -> !longest.isPlaced(partition, number))
        .map(partition::completed)
        .sorted(Comparator.comparingLong(Call::invoked))
        .toList();
  }

  private String text() {
    List<Line> lines = lines();
    StringBuilder text = new StringBuilder("Not linearizable");
    if (partition.key() != null) {
      text.append(", key ").append(partition.key());
    }
    text.append(": an order was found for ").append(longest.placed()).append(" of ");
    text.append(partition.completedCount()).append(" completed operations, and none goes further.");
    text.append("\nAfter them the state is ").append(longest.state()).append('\n');
    text.append("%6s %8s %9s %9s  %s".formatted("place", "client", "invoked", "returned", "what"));
    lines.forEach(line -> text.append('\n').append(line.text()));
    if (order.size() > SHOWN) {
      text.append("\nThe first ").append(order.size() - SHOWN).append(" are left out.");
    }
    return text.toString();
  }

  /** The last of those placed, those that should be next, and the unknown ones, by time. */
  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (int i = Math.max(0, order.size() - SHOWN); i < order.size(); i++) {
      lines.add(new Line(order.get(i), Integer.toString(i + 1), ""));
    }
    for (Call<I, O> call : unplaced()) {
      O specified = model.step(longest.state(), call.input()).output();
      lines.add(new Line(call, "none", "next it would be " + specified));
    }
    for (int number = 0; number < partition.unknownBefore(longest.first()); number++) {
      if (!longest.isUsed(number)) {
        lines.add(new Line(partition.unknown(number), "unused", ""));
      }
    }
    lines.sort(Comparator.comparingLong(line -> line.call().invoked()));
    return lines;
  }
}
