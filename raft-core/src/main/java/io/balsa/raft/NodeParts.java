package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftObserver;
import io.balsa.raft.core.RaftOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Puts a node together from its parts, and takes it apart again. */
final class NodeParts {
  private static final long END_SECONDS = 5;
  private static final RaftOptions NUMBERS = RaftOptions.defaults();

  /** What the user has said. */
  record Description(
      NodeId id,
      String group,
      Configuration members,
      StateMachine stateMachine,
      Storage storage,
      Transport transport,
      Duration electionTimeout,
      RaftObserver observer) {

    /** The same for all nodes that were given the same members and group. */
    UUID clusterId() {
      StringBuilder s = new StringBuilder("balsa cluster\n").append(group).append('\n');
      s.append(members);
      return UUID.nameUUIDFromBytes(s.toString().getBytes(StandardCharsets.UTF_8));
    }

    List<Member> peers() {
      List<Member> peers = new ArrayList<>(members.members());
      peers.removeIf(m -> m.id().equals(id));
      return peers;
    }
  }

  private final Description description;
  private final Limits limits = Limits.forHeap(Runtime.getRuntime().maxMemory());
  private final ByteBudget budget = new ByteBudget(limits.proposedBytes());
  private final Runner loopRunner;
  private final Runner writerRunner;
  private final Runner readerRunner;
  private final Runner applierRunner;
  private final Mailbox<Mail> mailbox;
  private final LogWriter writer;
  private final Applier applier;
  private final NodeLoop loop;

  static NodeParts start(Description description, Runner.Source runners) throws IOException {
    return new NodeParts(description, runners);
  }

  private NodeParts(Description d, Runner.Source runners) throws IOException {
    description = d;
    long tickNanos = d.electionTimeout.toNanos() / NUMBERS.electionTicks();
    loopRunner = runners.create(threadName("loop"), tickNanos);
    writerRunner = runners.create(threadName("log"), 0);
    readerRunner = runners.create(threadName("read"), 0);
    applierRunner = runners.create(threadName("apply"), 0);
    mailbox = new Mailbox<>(loopRunner);
    Mailbox<LogWriter.Task> writerTasks = new Mailbox<>(writerRunner);
    Mailbox<LogReader.Task> readerTasks = new Mailbox<>(readerRunner);
    Mailbox<Applier.Task> applierTasks = new Mailbox<>(applierRunner);

    SecureRandom seed = new SecureRandom();
    Identity fresh = new Identity(d.clusterId(), d.id, new UUID(seed.nextLong(), seed.nextLong()));
    LogStore store = d.storage.open(d.group, fresh);
    Transport.Link link = d.transport.join(d.group, store.identity(), new Arrivals(mailbox));

    Replies replies = new Replies(link);
    applier = new Applier(d.stateMachine, applierTasks, mailbox, loopRunner, replies);
    writer = new LogWriter(d.storage, d.group, store, writerTasks, mailbox);
    LogReader reader = new LogReader(readerTasks, mailbox, limits.batchBytes());
    Wiring wiring = new Wiring(link, writerTasks, readerTasks, applier, replies, budget);
    NodeLoop.Setting setting =
        new NodeLoop.Setting(
            d.id,
            d.group,
            d.members,
            options(),
            tickNanos,
            limits,
            new SplittableRandom(seed.nextLong())::nextInt,
            d.observer);
    loop = new NodeLoop(setting, wiring, mailbox, runners, store);

    link.setPeers(d.peers());
    writerRunner.start(writer::poll);
    readerRunner.start(reader::poll);
    applierRunner.start(applier::poll);
    loopRunner.start(loop::poll);
  }

  private RaftOptions options() {
    return new RaftOptions(
        NUMBERS.electionTicks(),
        NUMBERS.heartbeatTicks(),
        limits.batchBytes(),
        NUMBERS.maxInFlightMessages(),
        8 * limits.batchBytes());
  }

  private String threadName(String role) {
    return "balsa-" + description.group + "-" + description.id + "-" + role;
  }

  /** Turns what the transport delivers into mail. */
  private record Arrivals(Mailbox<Mail> mailbox) implements Transport.Receiver {
    @Override
    public void received(NodeId from, Packet packet) {
      mailbox.offer(new Mail.Arrived(from, packet));
    }

    @Override
    public void disconnected(NodeId peer) {
      mailbox.put(new Mail.Disconnected(peer));
    }
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

  Mailbox<Mail> mailbox() {
    return mailbox;
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
    try {
      loop.ended().await(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loopRunner.stop();
    loop.poll(); // what came in between the last poll and the closing of the mailbox
    applierRunner.stop();
    applier.close("node " + description.id + " is closed");
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
