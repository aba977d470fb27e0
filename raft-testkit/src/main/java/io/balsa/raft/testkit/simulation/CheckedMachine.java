package io.balsa.raft.testkit.simulation;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A state machine whose own mistakes are told from those of the cluster, to which it would do harm
 * that looks like something else.
 */
final class CheckedMachine implements StateMachine {
  /** A state that is larger is taken for one whose writing never ends. */
  private static final long LARGEST_IMAGE = 64L << 20;

  private final StateMachine machine;
  private final String whose;
  private final BooleanSupplier isOver;
  private final Consumer<AssertionError> fail;
  private long answeredAt;
  private byte[] answer;
  private int answerHash;

  CheckedMachine(
      StateMachine machine, String node, BooleanSupplier isOver, Consumer<AssertionError> fail) {
    this.machine = machine;
    this.isOver = isOver;
    this.fail = fail;
    whose = "the state machine of " + node;
  }

  /** A command at which a state machine throws stops all nodes, and again after each restart. */
  @Override
  public byte[] apply(long index, byte[] command) {
    byte[] copy = command.clone();
    try {
      byte[] response = machine.apply(index, command);
      check(command, copy, index);
      remember(index, response);
      return response;
    } catch (Throwable e) {
      String advice = "; a command that makes no sense must be answered";
      tell("throws at index " + index + ", which stops its node: " + e + advice, e);
      throw e;
    }
  }

  private void check(byte[] command, byte[] copy, long index) {
    if (!Arrays.equals(command, copy)) {
      tell("has changed the command at index " + index + ", which is an entry of the log", null);
    }
    if (Arrays.hashCode(answer) != answerHash) {
      String when = ", when it applied the command at index " + index + ": others may read it yet";
      tell("has changed its answer at index " + answeredAt + when, null);
    }
  }

  private void remember(long index, byte[] response) {
    answeredAt = index;
    answer = response;
    answerHash = Arrays.hashCode(response);
  }

  @Override
  public SnapshotWriter snapshot() {
    SnapshotWriter writer;
    try {
      writer = machine.snapshot();
    } catch (Throwable e) {
      tell("throws when its state is captured, so that its log grows for ever: " + e, e);
      throw e;
    }
    if (writer == null) {
      tell("captures null, so that its log grows for ever", null);
    }
    return writer == null ? null : out -> write(writer, out);
  }

  private void write(SnapshotWriter writer, OutputStream out) throws IOException {
    Counted counted = new Counted(out);
    try {
      writer.writeTo(counted);
    } catch (Throwable e) {
      if (!counted.failed) {
        tell("throws when its state is written, so that its log grows for ever: " + e, e);
      }
      throw e;
    }
  }

  @Override
  public void restore(InputStream image) throws IOException {
    Source source = new Source(image);
    try {
      machine.restore(source);
      answer = null;
      answerHash = 0;
    } catch (Throwable e) {
      if (!source.failed) {
        String written = ", which it has written itself, with " + source.bytes + " bytes read";
        tell("throws when it is restored from a snapshot" + written + ": " + e, e);
      }
      throw e;
    }
  }

  private void tell(String what, Throwable why) {
    if (!isOver.getAsBoolean()) {
      fail.accept(new AssertionError(whose + " " + what, why));
    }
  }

  /** Where a state is written; failures are not those of the state machine. */
  private final class Counted extends OutputStream {
    private final OutputStream out;
    private long bytes;
    private boolean failed;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int length) throws IOException {
      bytes += length;
      if (bytes > LARGEST_IMAGE) {
        failed = true;
        tell("has written " + bytes + " bytes for a snapshot: does that ever end?", null);
        throw new IOException("too much for a simulation");
      }
      try {
        out.write(data, offset, length);
      } catch (IOException | RuntimeException | Error e) {
        failed = true;
        throw e;
      }
    }
  }

  /** Where a state is read; failures are not those of the state machine. */
  private static final class Source extends FilterInputStream {
    private long bytes;
    private boolean failed;

    Source(InputStream image) {
      super(image);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] data, int offset, int length) throws IOException {
      try {
        int count = in.read(data, offset, length);
        bytes += Math.max(0, count);
        return count;
      } catch (IOException | RuntimeException | Error e) {
        failed = true;
        throw e;
      }
    }
  }
}
