package io.balsa.raft.core;

import io.balsa.raft.core.Cluster.Packet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets one thing happen to a copy of a node, and looks at what can be judged from this node alone.
 *
 * <ul>
 *   <li>A timeout is one action: as many ticks as it takes. So is a leader that gives up because
 *       nobody answers; the heartbeats it sends meanwhile are lost.
 *   <li>Unless rounds are as they are, a campaign includes its pre-vote, which always succeeds.
 *   <li>A crash includes the restart: a node that is down is one that is silent.
 * </ul>
 */
final class Moves {
  /** What came of it; {@code problem} is null if all is well. */
  record Outcome(
      TestNode node,
      List<Packet> sent,
      List<Effects.Readable> readable,
      List<Long> unreadable,
      boolean truncated,
      String problem) {

    /** The same without a second copy of the node and without the packets. */
    Outcome without(TestNode known) {
      return new Outcome(known, List.of(), readable, unreadable, truncated, problem);
    }
  }

  /** The rounds of another life are other numbers, as if they were drawn at random. */
  static final class Draws implements RandomSource {
    int life;

    @Override
    public int nextInt(int bound) {
      return bound == Integer.MAX_VALUE ? life : bound - 1;
    }
  }

  private final Scope scope;
  private final RaftOptions options;
  private final List<Configuration> targets = new ArrayList<>();

  Moves(Scope scope) {
    this.scope = scope;
    options = scope.options();
    scope.targets().forEach(t -> targets.add(Cluster.configuration(t.toArray(String[]::new))));
  }

  TestNode fresh(NodeId id) {
    Configuration initial = Cluster.configuration(scope.voters().toArray(String[]::new));
    TestNode node = new TestNode(id, options, initial, new Draws(), null, List.of());
    Timeless.settle(node, scope.hasExactRounds(), false);
    return node;
  }

  /** Everything but deliveries that can happen to a node; budgets are not looked at. */
  List<Action> of(TestNode node) {
    List<Action> actions = new ArrayList<>();
    Raft raft = node.raft();
    Role role = raft.role();
    if (node.disk.underWay() > 0) {
      actions.add(new Action(Action.Kind.PERSIST, 0));
    }
    if (role == Role.LEADER) {
      if (!scope.isNarrow() || scope.hasExactRounds()) {
        actions.add(new Action(Action.Kind.HEARTBEAT, 0));
      }
      if (!scope.isNarrow()) {
        actions.add(new Action(Action.Kind.STEP_DOWN, 0));
      }
      actions.add(new Action(Action.Kind.PROPOSE, 0));
      for (int i = 0; i < targets.size(); i++) {
        if (!targets.get(i).equals(raft.configuration())) {
          actions.add(new Action(Action.Kind.CHANGE, i));
        }
      }
    }
    boolean mayTimeOut = role != Role.LEADER || scope.isNarrow();
    if (mayTimeOut && raft.term() < scope.maxTerm() && raft.mayCampaign()) {
      actions.add(
          new Action(scope.hasExactRounds() ? Action.Kind.TIMEOUT : Action.Kind.CAMPAIGN, 0));
    }
    if (role == Role.FOLLOWER && raft.leader() != null) {
      actions.add(new Action(Action.Kind.FORGET, 0));
    }
    if (role == Role.LEADER || raft.leader() != null) {
      actions.add(new Action(Action.Kind.READ, 0));
    }
    if (life(node) == 0) {
      addCrashes(node, actions);
    }
    return actions;
  }

  static int life(TestNode node) {
    return ((Draws) Fields.get(node, "random")).life;
  }

  private static void addCrashes(TestNode node, List<Action> actions) {
    List<Effects.Save> saves = saves(node);
    for (int whole = 0; whole <= saves.size(); whole++) {
      int parts = whole == saves.size() ? 0 : 1 + saves.get(whole).entries().size();
      for (int part = 0; part <= parts; part++) {
        actions.add(new Action(Action.Kind.CRASH, whole << 4 | part));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Effects.Save> saves(TestNode node) {
    return List.copyOf((java.util.Collection<Effects.Save>) Fields.get(node.disk, "underWay"));
  }

  /**
   * Performs an action.
   *
   * @param packet if it is a delivery
   * @param tell is told what is decided, or null
   */
  Outcome perform(TestNode before, Action action, Packet packet, RaftObserver tell) {
    TestNode node = Copier.copy(before);
    if (tell != null) {
      Fields.set(Fields.get(node.raft(), "reporter"), "observer", tell);
    }
    Run run = new Run(node);
    try {
      run.perform(action, packet);
      Timeless.settle(node, scope.hasExactRounds(), action.kind() == Action.Kind.HEARTBEAT);
      run.checkLog();
      return run.outcome(null);
    } catch (AssertionError | RuntimeException e) {
      return run.outcome(action.kind() + ": " + e);
    }
  }

  /** One action of one node. */
  private final class Run {
    private final TestNode node;
    private final List<Packet> sent = new ArrayList<>();
    private final List<Effects.Readable> readable = new ArrayList<>();
    private final List<Long> unreadable = new ArrayList<>();
    private boolean truncated;

    Run(TestNode node) {
      this.node = node;
    }

    Outcome outcome(String problem) {
      return new Outcome(node, sent, readable, unreadable, truncated, problem);
    }

    void perform(Action action, Packet packet) {
      int number = action.argument();
      switch (action.kind()) {
        case DELIVER -> step(new Event.Received(packet.from(), packet.message()));
        case PERSIST -> step(new Event.Persisted(node.disk.complete(1)));
        case TIMEOUT -> timeOut();
        case CAMPAIGN -> campaign();
        case FORGET -> step(new Event.Disconnected(node.raft().leader()));
        case HEARTBEAT -> step(new Event.Tick());
        case STEP_DOWN -> stepDown();
        case CRASH -> crash(action.argument());
        case PROPOSE -> step(new Event.Propose(number, List.of(command(number))));
        case READ -> step(new Event.Read(number));
        case CHANGE ->
            step(
                new Event.ChangeConfiguration(
                    100, Event.ChangeConfiguration.ANY, targets.get(action.argument())));
      }
      while (!scope.hasSlowDisks() && node.disk.underWay() > 0) {
        step(new Event.Persisted(node.disk.complete(1)));
      }
      if (scope.isNarrow() && node.raft().role() == Role.FOLLOWER && node.raft().leader() != null) {
        step(new Event.Disconnected(node.raft().leader()));
      }
    }

    private byte[] command(int number) {
      return ("c" + number).getBytes(StandardCharsets.UTF_8);
    }

    private void tickUntilRoleEnds() {
      Object role = Fields.get(node.raft(), "role");
      for (int i = 0; i < 20 && Fields.get(node.raft(), "role") == role; i++) {
        step(new Event.Tick());
      }
    }

    private void timeOut() {
      if (node.leads()) {
        stepDown();
      }
      tickUntilRoleEnds();
    }

    private void campaign() {
      timeOut();
      if (node.raft().role() == Role.PRE_CANDIDATE) {
        long round = Fields.getLong(Fields.get(node.raft(), "role"), "round");
        long term = node.raft().term();
        for (Member member : node.raft().configuration().members()) {
          if (node.raft().role() == Role.PRE_CANDIDATE && !member.id().equals(node.id)) {
            Message granted = new Message.PreVoteReply(term, round, true);
            step(new Event.Received(member.id(), granted));
          }
        }
      }
      sent.removeIf(p -> p.message() instanceof Message.PreVote);
    }

    private void stepDown() {
      Object lastRound = Fields.get(node.raft(), "lastRound");
      tickUntilRoleEnds();
      sent.removeIf(p -> p.message() instanceof Message.AppendEntries);
      Fields.set(node.raft(), "lastRound", lastRound);
    }

    private void crash(int remains) {
      Draws draws = (Draws) Fields.get(node, "random");
      draws.life++;
      Object observer = Fields.get(Fields.get(node.raft(), "reporter"), "observer");
      node.crash(remains >> 4, (remains & 15) - 1);
      node.start();
      Fields.set(Fields.get(node.raft(), "reporter"), "observer", observer);
    }

    private void step(Event event) {
      Raft raft = node.raft();
      long term = raft.term();
      long commitIndex = raft.commitIndex();
      NodeId vote = raft.votedFor();
      List<Entry> log = List.copyOf(node.log());
      raft.step(event);
      Effects effects = node.takeEffects();
      check(effects.failure() == null, "failed: " + effects.failure());
      check(raft.invariantsHold(), "its invariants do not hold");
      check(effects.commitIndex() == raft.commitIndex(), "tells another commit index");
      check(raft.term() >= term, "its term fell from " + term);
      check(raft.commitIndex() >= commitIndex, "its commit index fell from " + commitIndex);
      check(
          raft.term() > term || vote == null || vote.equals(raft.votedFor()),
          "changed its vote in term " + term + " from " + vote + " to " + raft.votedFor());
      List<Entry> now = node.log();
      truncated |= now.size() < log.size() || !now.subList(0, log.size()).equals(log);
      effects.messages().forEach(e -> send(e.to(), e.message()));
      for (Effects.Replication r : effects.replications()) {
        Message.AppendEntries filled = node.fill(r, options.maxBatchBytes());
        if (filled != null) {
          send(r.to(), filled);
        }
      }
      readable.addAll(effects.readable());
      unreadable.addAll(effects.unreadable());
    }

    private void send(NodeId to, Message message) {
      checkPromise(to, message);
      boolean denial = message instanceof Message.RequestVoteReply m && !m.granted();
      if (!denial || !scope.isNarrow()) {
        sent.add(new Packet(node.id, to, message));
      }
    }

    private void checkPromise(NodeId to, Message message) {
      HardState disk = node.disk.hardState();
      check(
          message instanceof Message.PreVote || disk.term() >= message.term(),
          "says " + message + " before the term is on disk");
      if (message instanceof Message.RequestVote m) {
        checkVote(disk, m.term(), node.id);
      } else if (message instanceof Message.RequestVoteReply m && m.granted()) {
        checkVote(disk, m.term(), to);
      } else if (message instanceof Message.AppendEntriesAccepted m && m.matchIndex() > 0) {
        LogPosition last = node.log().get((int) m.matchIndex() - 1).position();
        check(node.disk.holds(last), "acknowledges " + last + " before it is on disk");
      }
    }

    private void checkVote(HardState disk, long term, NodeId candidate) {
      check(
          disk.term() > term || candidate.equals(disk.votedFor()),
          "votes for " + candidate + " with a vote for " + disk.votedFor() + " on disk");
    }

    /** What the outline of the log says against the entries and the disk. */
    void checkLog() {
      Raft raft = node.raft();
      List<Entry> log = node.log();
      check(raft.last().index() == log.size(), "its log does not end at " + raft.last());
      Configuration configuration = (Configuration) Fields.get(node, "initial");
      for (Entry entry : log) {
        LogPosition position = entry.position();
        check(raft.log.contains(position), "its outline lacks " + entry);
        check(
            entry.index() > raft.persistedIndex() || node.disk.holds(position),
            "believes that " + entry + " is on disk");
        if (entry.type() == EntryType.CONFIGURATION) {
          configuration = Configuration.fromBytes(entry.data());
        }
      }
      check(
          raft.configuration().equals(configuration),
          "uses " + Notation.configuration(raft.configuration()) + ", not that of its log");
    }

    private void check(boolean holds, String problem) {
      if (!holds) {
        throw new AssertionError(node + " " + problem);
      }
    }
  }
}
