package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftObserver;
import io.balsa.raft.core.RaftOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a node together from its parts, and takes it apart again. */
final class NodeParts {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
  private static final RaftOptions NUMBERS = RaftOptions.defaults();

  /** What the user has said. */
  record Description(
      NodeId id,
      String group,
      Configuration members,
      String address,
      StateMachine stateMachine,
      Storage storage,
      Transport transport,
      Duration electionTimeout,
      RaftObserver observer,
      Environment environment) {

    /** Before the log says which: that of the cluster to be formed, or of none. */
    UUID clusterId() {
      return members == null ? new UUID(0, 0) : Formation.clusterId(group, members);
    }
  }

  private final Description description;
  private final Limits limits;
  private final ByteBudget budget;
  private final Seen seen = new Seen();
  private final Runner loopRunner;
  private final Runner writerRunner;
  private final Runner readerRunner;
  private final Runner applierRunner;
  private final Runner snapshotRunner;
  private final Mailbox<Mail> mailbox;
  private final LogWriter writer;
  private final SnapshotKeeper snapshots;
  private final Applier applier;
  private final SessionDesk sessions;
  private final NodeLoop loop;
  private volatile ClientDesk clients;

  static NodeParts start(Description description) throws IOException {
    return new NodeParts(description);
  }

  private NodeParts(Description d) throws IOException {
    description = d;
    Environment environment = d.environment;
    limits = environment.limits();
    budget = new ByteBudget(limits.proposedBytes());
    long tickNanos = d.electionTimeout.toNanos() / NUMBERS.electionTicks();
    loopRunner = environment.runner(threadName("loop"), tickNanos);
    writerRunner = environment.runner(threadName("log"), 0);
    readerRunner = environment.runner(threadName("read"), 0);
    applierRunner = environment.runner(threadName("apply"), 0);
    snapshotRunner = environment.runner(threadName("snapshot"), 0);
    mailbox = new Mailbox<>(loopRunner);
    Mailbox<LogWriter.Task> writerTasks = new Mailbox<>(writerRunner);
    Mailbox<LogReader.Task> readerTasks = new Mailbox<>(readerRunner);
    Mailbox<Applier.Task> applierTasks = new Mailbox<>(applierRunner);
    Mailbox<SnapshotKeeper.Task> snapshotTasks = new Mailbox<>(snapshotRunner);

    RandomGenerator random = environment.random();
    UUID incarnation = new UUID(random.nextLong(), random.nextLong());
    Identity fresh = new Identity(d.clusterId(), d.id, incarnation);
    LogStore store = d.storage.open(d.group, fresh, environment);
    Transport.Link link =
        d.transport.join(
            d.group,
            Membership.identity(store, d.members == null, d.clusterId()),
            d.address,
            Membership.isFormed(store, d.members == null),
            new Arrivals());

    Replies replies = new Replies(link, limits);
    applier =
        new Applier(
            new ReplicatedState(d.stateMachine, limits.applyBytes()),
            limits.applyBytes(),
            applierTasks,
            mailbox,
            loopRunner,
            replies);
    writer =
        new LogWriter(d.storage, d.group, environment, store, writerRunner, writerTasks, mailbox);
    LogReader reader =
        new LogReader(readerTasks, mailbox, limits.batchBytes(), environment::nanoTime);
    checkApplied(store);
    snapshots = new SnapshotKeeper(snapshotTasks, mailbox);
    sessions = new SessionDesk(data -> propose(EntryType.SESSION, data), environment::nanoTime);
    Wiring wiring =
        new Wiring(
            link, writerTasks, readerTasks, snapshotTasks, applier, replies, budget, sessions);
    loop = new NodeLoop(setting(tickNanos, random), wiring, mailbox, environment, store);
    clients =
        new ClientDesk(
            loop::status,
            sessions,
            query -> give(linearizable(query)),
            budget,
            limits.commandBytes() - SessionRequest.OVERHEAD);

    start(reader);
  }

  private NodeLoop.Setting setting(long tickNanos, RandomGenerator random) {
    Description d = description;
    return new NodeLoop.Setting(
        d.id,
        d.group,
        d.members,
        d.clusterId(),
        d.address,
        options(),
        tickNanos,
        limits,
        new SplittableRandom(random.nextLong())::nextInt,
        d.observer);
  }

  private void checkApplied(LogStore store) throws StorageException {
    long last = store.recovered().lastIndex();
    long kept = applier.state().keptIndex();
    if (kept > last) {
      throw new StorageException(
          ("the state machine of node " + description.id + " has applied " + kept)
              + (", but the log ends at " + last + ": they do not belong together. Put back the")
              + " directory of the log that belongs to this state, or let the node begin anew with"
              + " both empty");
    }
  }

  /** Starts all of them or, if the machine has no thread left, none. */
  private void start(LogReader reader) {
    boolean done = false;
    try {
      writerRunner.start(() -> pollOrFail(writer::poll));
      readerRunner.start(() -> pollOrFail(reader::poll));
      applierRunner.start(() -> pollOrFail(applier::poll));
      snapshotRunner.start(() -> pollOrFail(snapshots::poll));
      loopRunner.start(() -> pollOrFail(loop::poll));
      done = true;
    } finally {
      if (!done) {
        snapshotRunner.stop();
        applierRunner.stop();
        readerRunner.stop();
        writerRunner.stop();
      }
    }
  }

  /**
   * Where a part calls code of the user it is ready for whatever is thrown there, checked or not.
   * This is for all the rest: no thread ends, and the node does not go on without one of its parts.
   */
  private void pollOrFail(Runnable poll) {
    try {
      poll.run();
    } catch (Throwable e) {
      if (!mailbox.put(new Mail.PartFailed(e))) {
        LOG.warn("{} {} while it is closed: {}", description.group, description.id, e, e);
      }
    }
  }

  private RaftOptions options() {
    return new RaftOptions(
        NUMBERS.electionTicks(),
        NUMBERS.heartbeatTicks(),
        limits.batchBytes(),
        limits.messagesInFlight(),
        8 * limits.batchBytes());
  }

  private String threadName(String role) {
    return "balsa-" + description.group + "-" + description.id + "-" + role;
  }

  /** Turns what the transport delivers into mail. */
  private final class Arrivals implements Transport.Receiver {
    @Override
    public void received(NodeId from, Packet packet) {
      mailbox.offer(new Mail.Arrived(from, packet));
    }

    @Override
    public void met(NodeId node, UUID incarnation, boolean formed) {
      mailbox.put(new Mail.Met(node, incarnation, formed));
    }

    @Override
    public void disconnected(NodeId peer) {
      mailbox.put(new Mail.Disconnected(peer));
    }

    @Override
    public void asked(ClientRequest request, Consumer<ClientAnswer> reply) {
      ClientDesk desk = clients;
      if (desk == null) {
        reply.accept(
            new ClientAnswer.Failed(ClientAnswer.Problem.UNAVAILABLE, "this node is starting"));
      } else {
        desk.asked(request, reply);
      }
    }
  }

  private ReadRequest<byte[]> linearizable(byte[] query) {
    return new ReadRequest.Linearizable<>(
        () -> description.stateMachine.query(query), budget, seen);
  }

  <T> CompletableFuture<T> give(ReadRequest<T> request) {
    if (!budget.take(ReadRequest.BYTES)) {
      return CompletableFuture.failedFuture(tooMuchToDo());
    }
    if (!mailbox.put(request)) {
      request.failed(closedException());
    }
    return request.future;
  }

  NotExecutedException tooMuchToDo() {
    return new NotExecutedException(
        "node "
            + id()
            + " has too much to do: more than "
            + budget.limit()
            + " bytes of proposals and reads wait for their answer");
  }

  ClosedException closedException() {
    return new ClosedException("node " + id() + " is closed", null);
  }

  /** Proposes the data of an entry, which nobody changes any more. */
  Proposal.Local propose(EntryType type, byte[] data) {
    boolean fits = budget.take(Proposal.bytes(data));
    Proposal.Local proposal = new Proposal.Local(type, data, budget, seen);
    if (!fits) {
      proposal.future.completeExceptionally(tooMuchToDo());
    } else if (!mailbox.put(proposal)) {
      proposal.failed(closedException());
    }
    return proposal;
  }

  NodeId id() {
    return description.id;
  }

  Limits limits() {
    return limits;
  }

  ByteBudget budget() {
    return budget;
  }

  Seen seen() {
    return seen;
  }

  Mailbox<Mail> mailbox() {
    return mailbox;
  }

  SessionDesk sessions() {
    return sessions;
  }

  NodeLoop loop() {
    return loop;
  }

  /**
   * First nothing gets in any more, then the loop ends what it knows of, then the others, then the
   * disk and the port.
   */
  void close() throws IOException {
    mailbox.put(new Mail.Close());
    mailbox.close();
    loopRunner.stop();
    applierRunner.stop();
    applier.close("node " + description.id + " is closed");
    sessions.close();
    snapshots.stop();
    snapshotRunner.stop();
    snapshots.close();
    readerRunner.stop();
    writerRunner.stop();
    try {
      writer.close();
    } finally {
      try {
        description.storage.close();
      } finally {
        description.transport.close();
      }
    }
  }
}
