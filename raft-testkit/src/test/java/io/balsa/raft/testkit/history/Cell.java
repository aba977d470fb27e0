package io.balsa.raft.testkit.history;

/** Cells with a number in each, 0 at first. */
final class Cell implements Model<Integer, Cell.Input, Integer> {
  enum Kind {
    READ,
    WRITE,
    ADD,
    SWAP
  }

  record Input(String key, Kind kind, int a, int b) {
    Input on(String other) {
      return new Input(other, kind, a, b);
    }

    @Override
    public String toString() {
      return switch (kind) {
        case READ -> "read";
        case WRITE -> "write " + a;
        case ADD -> "add " + a;
        case SWAP -> "swap " + a + " for " + b;
      };
    }
  }

  /** Tells the number. */
  static Input read() {
    return new Input(null, Kind.READ, 0, 0);
  }

  /** Tells nothing. */
  static Input write(int value) {
    return new Input(null, Kind.WRITE, value, 0);
  }

  /** Tells the sum. */
  static Input add(int summand) {
    return new Input(null, Kind.ADD, summand, 0);
  }

  /** Tells 1 if the number was there and was replaced, else 0. */
  static Input swap(int expected, int value) {
    return new Input(null, Kind.SWAP, expected, value);
  }

  @Override
  public Integer initial() {
    return 0;
  }

  @Override
  public Step<Integer, Integer> step(Integer state, Input input) {
    return switch (input.kind) {
      case READ -> new Step<>(state, state);
      case WRITE -> new Step<>(input.a, null);
      case ADD -> new Step<>(state + input.a, state + input.a);
      case SWAP -> state == input.a ? new Step<>(input.b, 1) : new Step<>(state, 0);
    };
  }

  @Override
  public Object key(Input input) {
    return input.key;
  }

  @Override
  public boolean isReadOnly(Input input) {
    return input.kind == Kind.READ;
  }
}
