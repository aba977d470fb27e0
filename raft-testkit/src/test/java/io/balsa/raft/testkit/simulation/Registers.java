package io.balsa.raft.testkit.simulation;

import io.balsa.raft.RaftNode;
import io.balsa.raft.Session;
import io.balsa.raft.SessionLostException;
import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;

/**
 * Some registers that hold numbers: clients swap them for others and read them. No two swaps bring
 * the same number, so what a swap gives back tells exactly which one came before.
 */
final class Registers implements Workload<Registers.Machine, Long, Registers.Request, Long> {
  private static final int KEYS = 6;
  private static final Duration SESSION = Duration.ofSeconds(1);

  private final boolean inSessions;

  Registers() {
    this(true);
  }

  /** Some of whose requests are made in sessions, or none; sessions end when a leader is ill. */
  Registers(boolean inSessions) {
    this.inSessions = inSessions;
  }

  /** What is asked of a register. */
  enum Kind {
    SWAP,
    SWAP_IF_EVEN,
    READ
  }

  /** One request, in a session or not; the padding makes commands of different sizes. */
  record Request(Kind kind, int key, long number, int padding, boolean inSession) {
    byte[] command() {
      return ByteBuffer.allocate(13 + padding)
          .put((byte) kind.ordinal())
          .putInt(key)
          .putLong(number)
          .array();
    }
  }

  /** The registers of one node. */
  static final class Machine implements StateMachine {
    private final Map<Integer, Long> registers = new TreeMap<>();

    /** That of the service beside it, which is no part of its state; null before the first. */
    private CompletableFuture<Session> session;

    private CompletableFuture<Session> session(RaftNode node) {
      if (session == null || session.isCompletedExceptionally()) {
        session = node.openSession(SESSION);
      }
      return session;
    }

    private void sessionIsOver(Throwable failure) {
      Throwable why = failure instanceof CompletionException e ? e.getCause() : failure;
      if (why instanceof SessionLostException) {
        session = null;
      }
    }

    @Override
    public byte[] apply(long index, byte[] command) {
      ByteBuffer in = ByteBuffer.wrap(command);
      Kind kind = Kind.values()[in.get()];
      int key = in.getInt();
      long before = value(key);
      registers.put(key, after(kind, before, in.getLong()));
      return ByteBuffer.allocate(8).putLong(before).array();
    }

    @Override
    public SnapshotWriter snapshot() {
      Map<Integer, Long> image = Map.copyOf(registers);
      return out -> {
        DataOutputStream data = new DataOutputStream(out);
        for (Map.Entry<Integer, Long> register : new TreeMap<>(image).entrySet()) {
          data.writeInt(register.getKey());
          data.writeLong(register.getValue());
        }
      };
    }

    @Override
    public void restore(InputStream image) throws IOException {
      ByteBuffer data = ByteBuffer.wrap(image.readAllBytes());
      registers.clear();
      while (data.hasRemaining()) {
        registers.put(data.getInt(), data.getLong());
      }
    }

    long value(int key) {
      return registers.getOrDefault(key, 0L);
    }
  }

  private static long after(Kind kind, long value, long number) {
    return switch (kind) {
      case SWAP -> number;
      case SWAP_IF_EVEN -> value % 2 == 0 ? number : value;
      case READ -> value;
    };
  }

  @Override
  public Machine stateMachine() {
    return new Machine();
  }

  @Override
  public Request next(RandomGenerator random) {
    int padding = random.nextInt(pick(random, 1, 1, 8, 600));
    int what = random.nextInt(10);
    Kind kind = what < 5 ? Kind.SWAP : what < 6 ? Kind.SWAP_IF_EVEN : Kind.READ;
    long number = random.nextLong(1, Long.MAX_VALUE);
    return new Request(
        kind, random.nextInt(KEYS), number, padding, inSessions && random.nextInt(3) == 0);
  }

  private static int pick(RandomGenerator random, int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  @Override
  public CompletableFuture<Long> execute(RaftNode node, Machine machine, Request request) {
    if (request.kind == Kind.READ) {
      return node.read(() -> machine.value(request.key));
    }
    CompletableFuture<byte[]> answer =
        request.inSession
            ? proposeInSession(node, machine, request)
            : node.propose(request.command());
    return answer.thenApply(bytes -> ByteBuffer.wrap(bytes).getLong());
  }

  private static CompletableFuture<byte[]> proposeInSession(
      RaftNode node, Machine machine, Request request) {
    return machine
        .session(node)
        .thenCompose(session -> session.propose(request.command()))
        .whenComplete((answer, failure) -> machine.sessionIsOver(failure));
  }

  @Override
  public boolean mayBeOnDisk() {
    return true;
  }

  @Override
  public void end(Machine machine) {
    if (machine.session != null) {
      machine.session.thenAccept(Session::close);
    }
  }

  @Override
  public CompletableFuture<Long> executeByLease(RaftNode node, Machine machine, Request request) {
    return request.kind == Kind.READ
        ? node.leaseRead(() -> machine.value(request.key))
        : execute(node, machine, request);
  }

  @Override
  public Object state(Machine machine) {
    return Map.copyOf(machine.registers);
  }

  @Override
  public Long initial() {
    return 0L;
  }

  @Override
  public Step<Long, Long> step(Long state, Request request) {
    return new Step<>(after(request.kind, state, request.number), state);
  }

  @Override
  public boolean isReadOnly(Request request) {
    return request.kind == Kind.READ;
  }

  @Override
  public Object key(Request request) {
    return request.key;
  }
}
