package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node of a replicated state machine. Make it with {@link #builder}; it takes part in its group
 * from {@link Builder#start()} until it is closed.
 *
 * <p>Thread-safe; no method blocks except {@link Builder#start()} and {@link #close()}. Futures are
 * completed on the thread that applies commands, so what depends on them without an executor of its
 * own delays later commands and must not wait for them.
 */
public final class RaftNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);

  private final NodeParts parts;
  private final AtomicBoolean closing = new AtomicBoolean();

  private RaftNode(NodeParts parts) {
    this.parts = parts;
  }

  /**
   * Starts to describe a node.
   *
   * @param id the node, one of the members: 1 to 64 letters, digits, '.', '_' or '-'
   * @param stateMachine what is replicated, in its initial state; from now on only the node may
   *     call it
   * @return a builder
   * @throws IllegalArgumentException if the id is not one
   */
  public static Builder builder(String id, StateMachine stateMachine) {
    return new Builder(new NodeId(id), Objects.requireNonNull(stateMachine, "stateMachine"));
  }

  /**
   * Proposes a command, on any node: one that does not lead passes it on to the leader, and waits
   * for one if there is none.
   *
   * @param command at least one byte and at most {@link #maxCommandBytes()}; copied
   * @return the state machine's answer, when the command is committed by a quorum, on its disks,
   *     and applied. Else a {@link NotExecutedException} (too much to do, or no leader within ten
   *     election timeouts), an {@link OutcomeUnknownException} (the leader was lost meanwhile), an
   *     {@link AnswerLostException} (on a node that does not lead, for an answer larger than a
   *     command may be), or a {@link ClosedException}.
   * @throws IllegalArgumentException if the command is empty or too large
   */
  public CompletableFuture<byte[]> propose(byte[] command) {
    int max = maxCommandBytes();
    if (command.length == 0 || command.length > max) {
      throw new IllegalArgumentException(
          "a command has 1 to " + max + " bytes, this one has " + command.length);
    }
    return parts.propose(EntryType.COMMAND, command.clone()).future;
  }

  /**
   * Opens a session with the cluster, in which each command is executed exactly once although it
   * may have to be tried more than once (section 6.3).
   *
   * @param timeout after how long without a sign of this node the cluster forgets the session, 1
   *     second to 7 days; 1 minute is a good value. Measured by time in the log, which stands still
   *     while the cluster is down.
   * @return the session. Else what {@link #propose} fails with.
   * @throws IllegalArgumentException if the timeout is shorter or longer
   */
  public CompletableFuture<Session> openSession(Duration timeout) {
    if (timeout.toMillis() < 1000 || timeout.toMillis() > SessionTable.MAX_TIMEOUT_MILLIS) {
      throw new IllegalArgumentException(
          "a session can't have a timeout of " + timeout + ": it must be 1 second to 7 days");
    }
    return parts.sessions().open(timeout, maxCommandBytes() - SessionRequest.OVERHEAD);
  }

  /**
   * Reads linearizably, on any node (section 6.4): the result reflects every command that was
   * answered before the call. Nothing is written to the log.
   *
   * @param query reads the state machine; called on the thread that applies commands, must not
   *     change anything
   * @param <T> what it gives
   * @return the query's result, or what it threw. Else a {@link NotExecutedException} (too much to
   *     do, or no leader within ten election timeouts) or a {@link ClosedException}.
   */
  public <T> CompletableFuture<T> read(Supplier<T> query) {
    Objects.requireNonNull(query, "query");
    return parts.give(new ReadRequest.Linearizable<>(query, parts.budget(), parts.seen()));
  }

  /**
   * Reads linearizably as {@link #read} does, but without a round to the other nodes as long as the
   * leader has a lease (section 6.4.1): on the leader it costs no message, elsewhere one to the
   * leader and back. Without a lease it is a {@code read}.
   *
   * <p>The result can be old if the monotonic clock of a machine goes wrong by more than 20 %, or
   * stands still while the others' go on, as it may when a virtual machine is suspended; or while
   * the members have different election timeouts. {@link #read} relies on no clock. While this is
   * in use, followers that lose the connection to the leader wait for a whole election timeout
   * before they elect another one.
   *
   * @param query as for {@link #read}; may be called a second time, if the lease is over when its
   *     result is there
   * @param <T> what it gives
   * @return as from {@link #read}
   */
  public <T> CompletableFuture<T> leaseRead(Supplier<T> query) {
    Objects.requireNonNull(query, "query");
    return parts.give(new ReadRequest.ByLease<>(query, parts.budget(), parts.seen()));
  }

  /**
   * Reads what this node has, if that is not staler than a bound. Within the bound it asks nobody,
   * and works on a node that is cut off.
   *
   * @param bound how stale it may be
   * @param query as for {@link #read}; may be called a second time, if its result is too old when
   *     it is there
   * @param <T> what it gives
   * @return the query's result, and how stale it can be. Else as from {@link #read}.
   */
  public <T> CompletableFuture<StaleRead<T>> staleRead(Staleness bound, Supplier<T> query) {
    Objects.requireNonNull(bound, "bound");
    Objects.requireNonNull(query, "query");
    return parts.give(
        new ReadRequest.Stale<>(
            bound, query, parts.loop().freshness(), parts.budget(), parts.seen()));
  }

  /**
   * What this node has shown so far: all commands it has answered and all that its reads have seen.
   * Whoever reads with it {@linkplain #readAfter elsewhere} sees all of that, and so its own
   * writes.
   *
   * @return a token of this cluster; if the node does not belong to one yet, of none, and then only
   *     worth something if its index is 0
   */
  public ReadToken token() {
    UUID cluster = parts.loop().clusterId();
    return new ReadToken(cluster == null ? ReadToken.NO_CLUSTER : cluster, parts.seen().index());
  }

  /**
   * Reads from this node as soon as it has everything that a token stands for; does not ask the
   * leader.
   *
   * @param token from any node of this cluster
   * @param query as for {@link #read}
   * @param <T> what it gives
   * @return the query's result, or what it threw. Else a {@link NotExecutedException} (too much to
   *     do, or the node did not get so far within ten election timeouts, or belongs to no cluster
   *     yet) or a {@link ClosedException}.
   * @throws IllegalArgumentException if the token is of another cluster
   */
  public <T> CompletableFuture<T> readAfter(ReadToken token, Supplier<T> query) {
    Objects.requireNonNull(query, "query");
    UUID cluster = parts.loop().clusterId();
    if (cluster == null && token.index() > 0) {
      return CompletableFuture.failedFuture(
          new NotExecutedException("node " + parts.id() + " belongs to no cluster yet"));
    }
    if (token.index() > 0 && !token.clusterId().equals(cluster)) {
      throw new IllegalArgumentException(
          "the token " + token + " is of another cluster than " + cluster);
    }
    return parts.give(new ReadRequest.After<>(token.index(), query, parts.budget(), parts.seen()));
  }

  /**
   * Takes a snapshot of the state machine on this node, which also happens by itself as the log
   * grows, and gives up the part of the log that is not needed any more (section 5.1). If one is
   * being taken already, another one follows it.
   *
   * @return the index up to which the snapshot stands for the log, when it is on disk; that of the
   *     latest one if nothing was applied since. Else a {@link NotExecutedException} (the state
   *     machine or the disk could not do it) or a {@link ClosedException}.
   */
  public CompletableFuture<Long> snapshot() {
    SnapshotOrder order = new SnapshotOrder(new CompletableFuture<>());
    if (!parts.mailbox().put(order)) {
      order.future().completeExceptionally(parts.closedException());
    }
    return order.future();
  }

  /**
   * Changes the members of the cluster by joint consensus (section 4.3), on any node, from the
   * present configuration to any other in one step:
   *
   * <pre>{@code
   * node.changeConfiguration(c -> c.withVoter("n4=host4:7000").without("n3"));
   * }</pre>
   *
   * <p>A new voter gets the log first and becomes one when it has caught up. One at a time: if
   * another change is under way, or has been made meanwhile, this one is not executed.
   *
   * @param change gives the wanted configuration, from the one that this node knows; called once,
   *     at once
   * @return done when the new configuration is committed. Else a {@link NotExecutedException} that
   *     says why the members stay as they are, an {@link OutcomeUnknownException} (the leader was
   *     lost meanwhile; {@link #status()} shows what becomes of it), or a {@link ClosedException}.
   * @throws IllegalArgumentException what {@code change} throws, for example if a member is
   *     unknown, or an address is given twice
   */
  public CompletableFuture<Void> changeConfiguration(UnaryOperator<Configuration> change) {
    NodeStatus status = status();
    if (!status.configuration().isSimple()) {
      return CompletableFuture.failedFuture(
          new NotExecutedException("another change of the configuration is under way"));
    }
    Configuration target = change.apply(status.configuration());
    return give(new Demand.Change(status.configurationIndex(), target));
  }

  /**
   * Lets another node lead (section 3.10), as before this one is shut down. Works on any node.
   *
   * @param target the voter that should lead
   * @return done when the present leader has made way. Else a {@link NotExecutedException} that
   *     says why it goes on leading, an {@link OutcomeUnknownException} or a {@link
   *     ClosedException}.
   * @throws IllegalArgumentException if the target is no node id
   */
  public CompletableFuture<Void> transferLeadership(String target) {
    return give(new Demand.Transfer(new NodeId(target)));
  }

  /**
   * Lets the best other node lead, one with the longest log.
   *
   * @return as from {@link #transferLeadership(String)}
   */
  public CompletableFuture<Void> transferLeadership() {
    return give(new Demand.Transfer(null));
  }

  private CompletableFuture<Void> give(Demand demand) {
    Order.Local order = new Order.Local(demand);
    if (!parts.mailbox().put(order)) {
      order.closed(parts.closedException());
    }
    return order.future;
  }

  /**
   * The largest command that can be proposed: 4 MiB, or less with a small heap.
   *
   * @return a number of bytes
   */
  public int maxCommandBytes() {
    return parts.limits().commandBytes();
  }

  /**
   * What the node is doing. Still answers when it has failed or is closed.
   *
   * @return its status
   */
  public NodeStatus status() {
    return parts.loop().status();
  }

  /**
   * Stops taking part, and if this node leads lets another one take over at once. Ends all requests
   * (with {@link OutcomeUnknownException} where a command may be in the log), and closes the
   * storage and the transport. Takes some seconds at most, also while the state machine blocks. May
   * be called more than once and on any thread, also on one that was interrupted, and is then.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      // With it nothing would be waited for, and every file be closed before its last write.
      boolean interrupted = Thread.interrupted();
      try {
        parts.close();
      } catch (IOException e) {
        LOG.warn("closing node {}: {}", parts.id(), e.toString());
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  /** Describes a node. What has no default must be given. */
  public static final class Builder {
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(50);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

    private final NodeId id;
    private final StateMachine stateMachine;
    private String group = "default";
    private Configuration members;
    private String address;
    private Storage storage;
    private Transport transport;
    private Duration electionTimeout = Duration.ofSeconds(1);
    private RaftObserver observer;
    private Environment environment = Environment.system();

    private Builder(NodeId id, StateMachine stateMachine) {
      this.id = id;
      this.stateMachine = stateMachine;
    }

    /**
     * The members with which the cluster is formed, the same on all of them. It is formed once,
     * when all of them have been started; from then on the log knows the members, and what is said
     * here does not matter any more.
     *
     * @param members for each {@code id=host:port}, with the address at which the others reach it
     * @return this
     * @throws IllegalArgumentException if one is something else, or two have the same id or address
     */
    public Builder members(String... members) {
      return members(List.of(members));
    }

    /**
     * The members with which the cluster is formed, the same on all of them. It is formed once,
     * when all of them have been started; from then on the log knows the members, and what is said
     * here does not matter any more.
     *
     * @param members for each {@code id=host:port}, with the address at which the others reach it
     * @return this
     * @throws IllegalArgumentException if one is something else, or two have the same id or address
     */
    public Builder members(Collection<String> members) {
      List<Member> parsed = new ArrayList<>();
      members.forEach(m -> parsed.add(Member.parse(m)));
      this.members = Configuration.of(parsed);
      return this;
    }

    /**
     * In place of {@code members}: this node is to be let into a cluster that exists. It waits
     * until somebody adds it there with {@link RaftNode#changeConfiguration}.
     *
     * @param address {@code host:port}, at which the others will reach it
     * @return this
     * @throws IllegalArgumentException if it is something else
     */
    public Builder joins(String address) {
      this.address = new Member(id, address).address();
      return this;
    }

    /**
     * Where the log is kept. The node closes it.
     *
     * @param storage for example a {@code FileStorage}
     * @return this
     */
    public Builder storage(Storage storage) {
      this.storage = Objects.requireNonNull(storage, "storage");
      return this;
    }

    /**
     * How the others are reached. The node closes it.
     *
     * @param transport for example a {@code NettyTransport}
     * @return this
     */
    public Builder transport(Transport transport) {
      this.transport = Objects.requireNonNull(transport, "transport");
      return this;
    }

    /**
     * How long a follower waits for a sign of the leader before it asks for an election: a random
     * time between this and twice this. The same on all members; 1 second unless set. Shorter finds
     * a dead leader sooner, longer bears slower networks and longer pauses.
     *
     * @param timeout 50 milliseconds to 10 minutes
     * @return this
     * @throws IllegalArgumentException if it is shorter or longer
     */
    public Builder electionTimeout(Duration timeout) {
      if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
        throw new IllegalArgumentException(
            "an election timeout of "
                + timeout.toMillis()
                + " ms can't work: it must be 50 ms to 10 minutes, and well above the time of a message there and back"
                + " plus a disk write");
      }
      electionTimeout = timeout;
      return this;
    }

    /**
     * The name of the group, which storage and messages carry; "default" unless set.
     *
     * @param group 1 to 64 letters, digits, '.', '_' or '-'; the same on all members
     * @return this
     * @throws IllegalArgumentException if it is not such a name
     */
    public Builder group(String group) {
      this.group = new NodeId(group).value(); // a name like any other
      return this;
    }

    /**
     * Who is told every decision of the algorithm, on the event loop of the node. Slows it down;
     * for tests and traces.
     *
     * @param observer must return quickly
     * @return this
     */
    public Builder observer(RaftObserver observer) {
      this.observer = Objects.requireNonNull(observer, "observer");
      return this;
    }

    /**
     * Where the node gets threads, time and randomness from; for simulation. {@link
     * Environment#system()} unless set.
     *
     * @param environment a world
     * @return this
     */
    public Builder environment(Environment environment) {
      this.environment = Objects.requireNonNull(environment, "environment");
      return this;
    }

    /**
     * Opens the storage, joins the transport and takes part. Blocks until the storage is open; does
     * not wait for a leader. If it throws, storage and transport are closed.
     *
     * @return the running node
     * @throws IllegalStateException if members, storage or transport are missing
     * @throws IllegalArgumentException if the node is not one of the members
     * @throws DamagedLogException if the log on disk is damaged
     * @throws StorageException if the storage belongs to another node or cluster, is open already,
     *     or can't be used
     * @throws IOException if the storage or the network fails
     */
    public RaftNode start() throws IOException {
      try {
        checkComplete();
        return new RaftNode(
            NodeParts.start(
                new NodeParts.Description(
                    id,
                    group,
                    members,
                    members == null ? address : members.member(id).address(),
                    stateMachine,
                    storage,
                    transport,
                    electionTimeout,
                    observer,
                    environment)));
      } catch (Throwable e) {
        closeAfter(e, storage);
        closeAfter(e, transport);
        throw e;
      }
    }

    private void checkComplete() {
      if (members == null && address == null) {
        throw new IllegalStateException("node " + id + ": members(...) is missing");
      }
      if (members != null && address != null) {
        throw new IllegalStateException(
            "node " + id + " can't both form a cluster with members(...) and join one");
      }
      if (storage == null) {
        throw new IllegalStateException("node " + id + ": storage(...) is missing");
      }
      if (transport == null) {
        throw new IllegalStateException("node " + id + ": transport(...) is missing");
      }
      if (members != null && !members.isVoter(id)) {
        throw new IllegalArgumentException(
            "node " + id + " is not one of the members " + members.voters());
      }
    }

    private static void closeAfter(Throwable failure, AutoCloseable part) {
      if (part == null) {
        return;
      }
      try {
        part.close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }
}
