package io.balsa.raft.examples;

import io.balsa.raft.examples.Demonstration.BrokenPromiseException;
import java.util.List;

/**
 * Whether everything holds at the end.
 *
 * @param before the value at the beginning
 * @param books what the load counted
 * @param values linearizable reads after the load had ended, through each node
 * @param copies the copy of each node
 */
record Verdict(long before, Load.Books books, List<Long> values, List<Long> copies) {

  void tell(Narrator narrator) throws BrokenPromiseException {
    check();
    Load.Books all = books.read(values.get(0));
    String start = before == 0 ? "" : String.format("%,d + ", before);
    String more =
        all.resolved() == 0 ? "" : String.format(" plus %,d of unknown outcome", all.resolved());
    narrator.print(
        "  All values are equal, and equal to %sthe acknowledged increments%s:", start, more);
    narrator.print("  nothing that was acknowledged is lost, and nothing was counted twice.");
  }

  private void check() throws BrokenPromiseException {
    long value = values.get(0);
    for (Long other : values) {
      if (other != value) {
        throw new BrokenPromiseException("the values read through the nodes differ: " + values);
      }
    }
    for (Long copy : copies) {
      if (copy != value) {
        throw new BrokenPromiseException(
            "the copies of the nodes are " + copies + ", but the value is " + value);
      }
    }
    long lowest = before + books.acknowledged();
    long highest = lowest + books.unknown();
    if (value < lowest || value > highest || books.contradict(books.value(), value)) {
      throw new BrokenPromiseException(
          "the value is %,d, but from %,d with %,d acknowledged and %,d unknown it must be between"
                  .formatted(value, before, books.acknowledged(), books.unknown())
              + " %,d and %,d, and the last answer was %,d"
                  .formatted(lowest, highest, books.value()));
    }
  }
}
