package io.balsa.raft.core;

import io.balsa.raft.core.Cluster.Packet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Visits every state that three nodes can get into within a {@link Scope}, the nearest ones first,
 * so that what it finds is found on a shortest way.
 *
 * <ul>
 *   <li>A state is three nodes with their disks, everything that was ever sent, the history that a
 *       judge needs, and how much of the scope is used up.
 *   <li>Whatever was sent may arrive at any time, again and again, or never: loss, repetition and
 *       reordering are not actions of their own.
 *   <li>States that differ only in the names of the nodes are one.
 *   <li>What a node does depends on nothing but itself and the event, so each such step is computed
 *       once, by the algorithm itself, and remembered.
 * </ul>
 */
final class Search {
  /** An action of the node at a place. */
  record Step(int place, Action action) {}

  /** What a search has seen. {@code violation} is null if all was well. */
  record Report(
      Scope scope,
      int states,
      long transitions,
      int depth,
      boolean complete,
      int nodeStates,
      int packets,
      Map<Sightings.Kind, Integer> sightings,
      String violation,
      List<Step> way) {
    @Override
    public String toString() {
      return scope
          + ": "
          + states
          + " states, "
          + transitions
          + " transitions, depth "
          + depth
          + (complete ? " complete, " : ", ")
          + nodeStates
          + " node states, "
          + packets
          + " packets; first seen at depth "
          + sightings;
    }
  }

  private record Transition(int number, int node, int[] sent, Moves.Outcome outcome) {}

  private static final int HISTORY = Scope.NODES;
  private static final int USED = HISTORY + 1;
  private static final int PACKETS = USED + 1;
  private static final int[][] RENAMINGS = {
    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}
  };

  private final Scope scope;
  private final Moves moves;
  private final Numbered<TestNode> nodes = new Numbered<>(RENAMINGS);
  private final Numbered<Packet> packets = new Numbered<>(RENAMINGS);
  private final Numbered<History> histories = new Numbered<>(RENAMINGS);
  private final List<int[]> actions = new ArrayList<>();
  private final LongIndex known = new LongIndex();
  private final List<Transition> transitions = new ArrayList<>();
  private final LongIndex verdicts = new LongIndex();
  private final LongIndex visited = new LongIndex();
  private final Sightings sightings = new Sightings();
  private int[] parents = new int[1 << 12];
  private long[] steps = new long[1 << 12];
  private int count;
  private long taken;
  private int depth;
  private Step failing;

  Search(Scope scope) {
    this.scope = scope;
    moves = new Moves(scope);
  }

  /** Looks at so many states, or at all there are. */
  Report run(int limit) {
    List<int[]> level = List.of(start());
    add(level.get(0), -1, 0);
    int first = 0;
    while (!level.isEmpty()) {
      List<int[]> next = new ArrayList<>();
      int begin = count;
      for (int i = 0; i < level.size(); i++) {
        String violation = expand(level.get(i), first + i, next);
        if (violation != null) {
          return report(false, violation, way(first + i));
        }
        if (count >= limit) {
          return report(false, null, List.of());
        }
      }
      first = begin;
      level = next;
      depth++;
    }
    return report(true, null, List.of());
  }

  private Report report(boolean complete, String violation, List<Step> way) {
    return new Report(
        scope,
        count,
        taken,
        depth,
        complete,
        nodes.size(),
        packets.size(),
        sightings.depths(),
        violation,
        way);
  }

  private List<Step> way(int state) {
    List<Step> way = new ArrayList<>();
    way.add(failing);
    for (int s = state; parents[s] >= 0; s = parents[s]) {
      way.add(0, new Step((int) (steps[s] >>> 32), Action.of((int) steps[s])));
    }
    return way;
  }

  // ---- the start

  private int[] start() {
    int[] state = new int[PACKETS];
    for (int i = 0; i < Scope.NODES; i++) {
      state[i] = number(moves.fresh(new NodeId("n" + (i + 1))));
    }
    state[HISTORY] = histories.number(History.none(scope.maxTerm()));
    return scope.isElected() ? elect(state) : state;
  }

  /** n1 is elected and everything is delivered; then the wires are empty. */
  private int[] elect(int[] fresh) {
    boolean rounds = scope.hasExactRounds();
    int[] state =
        apply(fresh, 0, new Action(rounds ? Action.Kind.TIMEOUT : Action.Kind.CAMPAIGN, 0).code());
    boolean progress = true;
    for (int heartbeats = 0; progress || heartbeats < 2; ) {
      if (!progress) {
        heartbeats++;
        state = apply(state, 0, new Action(Action.Kind.HEARTBEAT, 0).code());
      }
      progress = false;
      for (int i = 0; i < Scope.NODES; i++) {
        int[] next = deliverAll(persistAll(state, i), i);
        progress |= !Arrays.equals(next, state);
        state = next;
      }
    }
    if (!nodes.get(state[0]).leads()) {
      throw new AssertionError("n1 does not lead");
    }
    int[] quiet = Arrays.copyOf(state, PACKETS);
    quiet[USED] = 0;
    return quiet;
  }

  private int[] persistAll(int[] before, int place) {
    int[] state = before;
    while (nodes.get(state[place]).disk.underWay() > 0) {
      state = apply(state, place, new Action(Action.Kind.PERSIST, 0).code());
    }
    return state;
  }

  private int[] deliverAll(int[] before, int place) {
    int[] state = before;
    for (int p = PACKETS; p < before.length; p++) {
      if (Action.place(packets.get(before[p]).to()) == place) {
        state = apply(state, place, new Action(Action.Kind.DELIVER, before[p]).code());
      }
    }
    return state;
  }

  // ---- states

  private String expand(int[] state, int number, List<int[]> next) {
    for (int place = 0; place < Scope.NODES; place++) {
      for (int code : actions.get(state[place])) {
        if (!isSpent(state, Action.kind(code))) {
          String violation = take(state, number, place, numbered(state, code), next);
          if (violation != null) {
            return violation;
          }
        }
      }
    }
    for (int p = PACKETS; p < state.length; p++) {
      int place = Action.place(packets.get(state[p]).to());
      int code = new Action(Action.Kind.DELIVER, state[p]).code();
      String violation = take(state, number, place, code, next);
      if (violation != null) {
        return violation;
      }
    }
    return null;
  }

  /** Commands and reads have numbers. */
  private int numbered(int[] state, int code) {
    Action.Kind kind = Action.kind(code);
    return kind == Action.Kind.PROPOSE || kind == Action.Kind.READ
        ? new Action(kind, 1 + used(state, kind)).code()
        : code;
  }

  private boolean isSpent(int[] state, Action.Kind kind) {
    int budget = scope.budget(kind);
    return budget >= 0 && used(state, kind) >= budget;
  }

  private static int used(int[] state, Action.Kind kind) {
    return state[USED] >>> shift(kind) & 15;
  }

  private static int shift(Action.Kind kind) {
    return switch (kind) {
      case PROPOSE -> 0;
      case CRASH -> 4;
      case READ -> 8;
      case CHANGE -> 12;
      case HEARTBEAT -> 16;
      default -> 20;
    };
  }

  private String take(int[] state, int number, int place, int code, List<int[]> next) {
    int[] after;
    try {
      after = apply(state, place, code);
    } catch (AssertionError e) {
      failing = new Step(place, Action.of(code));
      return e.getMessage();
    }
    if (after == state) {
      return null;
    }
    taken++;
    if (add(after, number, (long) place << 32 | code)) {
      next.add(after);
      sight(state, after, place, code);
    }
    return null;
  }

  private void sight(int[] state, int[] after, int place, int code) {
    sightings.see(
        depth + 1,
        nodes.get(state[place]),
        Action.of(code),
        transition(state[place], code).outcome,
        all(after),
        after[HISTORY] == state[HISTORY] ? History.none(0) : histories.get(after[HISTORY]));
  }

  private TestNode[] all(int[] state) {
    TestNode[] all = new TestNode[Scope.NODES];
    for (int i = 0; i < all.length; i++) {
      all[i] = nodes.get(state[i]);
    }
    return all;
  }

  /** The state after an action, the same array if nothing has changed. */
  private int[] apply(int[] state, int place, int code) {
    Transition transition = transition(state[place], code);
    if (transition.outcome.problem() != null) {
      throw new AssertionError(transition.outcome.problem());
    }
    Action.Kind kind = Action.kind(code);
    boolean counted = scope.budget(kind) >= 0;
    int[] more = union(state, transition.sent);
    if (transition.node == state[place] && more == state && !counted) {
      return state;
    }
    int[] after = more == state ? state.clone() : more;
    after[place] = transition.node;
    if (counted) {
      after[USED] += 1 << shift(kind);
    }
    judgeVotes(after, transition.sent);
    after = scope.isNarrow() ? withoutDead(after) : after;
    after[HISTORY] = judge(state[HISTORY], after, place, code, transition);
    return after;
  }

  /** The number of the history afterwards. The verdict depends on the nodes, not on the packets. */
  private int judge(int before, int[] after, int place, int code, Transition transition) {
    long key = Canon.mix((long) before << 32 | transition.number);
    for (int i = 0; i < Scope.NODES; i++) {
      key = Canon.mix(key * 31 + after[i]);
    }
    int verdict = verdicts.get(key);
    if (verdict != LongIndex.ABSENT) {
      return verdict;
    }
    History history = histories.get(before);
    if (Action.kind(code) == Action.Kind.READ) {
      history = history.ask(Action.of(code).argument());
    }
    TestNode[] all = all(after);
    int number = histories.number(Judge.after(history, all, all[place], transition.outcome));
    verdicts.putIfAbsent(key, number);
    return number;
  }

  private int[] withoutDead(int[] state) {
    int kept = PACKETS;
    int[] result = state.clone();
    for (int p = PACKETS; p < state.length; p++) {
      Packet packet = packets.get(state[p]);
      if (!isDead(packet, nodes.get(state[Action.place(packet.to())]))) {
        result[kept++] = state[p];
      }
    }
    return kept == state.length ? state : Arrays.copyOf(result, kept);
  }

  /** The term of a message is over where it would arrive, or what it would add to it is there. */
  private static boolean isDead(Packet packet, TestNode receiver) {
    Message message = packet.message();
    HardState disk = receiver.disk.hardState();
    if (message instanceof Message.PreVoteReply) {
      return receiver.raft().role() != Role.PRE_CANDIDATE;
    }
    if (disk.term() != message.term()) {
      return disk.term() > message.term();
    }
    if (message instanceof Message.RequestVote) {
      return disk.votedFor() != null && !disk.votedFor().equals(packet.from());
    } else if (message instanceof Message.RequestVoteReply) {
      return receiver.raft().role() != Role.CANDIDATE;
    } else {
      return !(message instanceof Message.AppendEntries) && !receiver.leads();
    }
  }

  private void judgeVotes(int[] state, int[] sent) {
    for (int number : sent) {
      Packet packet = packets.get(number);
      if (Judge.vote(packet) != null) {
        for (int p = PACKETS; p < state.length; p++) {
          Judge.judgeVote(packet, packets.get(state[p]));
        }
      }
    }
  }

  /** The packets of a state are sorted. */
  private static int[] union(int[] state, int[] sent) {
    int[] result = state;
    for (int packet : sent) {
      int place = Arrays.binarySearch(result, PACKETS, result.length, packet);
      if (place < 0) {
        int[] longer = Arrays.copyOf(result, result.length + 1);
        int at = -place - 1;
        System.arraycopy(result, at, longer, at + 1, result.length - at);
        longer[at] = packet;
        result = longer;
      }
    }
    return result;
  }

  private Transition transition(int node, int code) {
    long key = (long) (node + 1) << 32 | code;
    int number = known.get(key);
    if (number != LongIndex.ABSENT) {
      return transitions.get(number);
    }
    Action action = Action.of(code);
    Packet packet = action.kind() == Action.Kind.DELIVER ? packets.get(action.argument()) : null;
    Moves.Outcome outcome = moves.perform(nodes.get(node), action, packet, null);
    int[] sent = outcome.sent().stream().mapToInt(packets::number).toArray();
    int after = outcome.problem() == null ? number(outcome.node()) : node;
    Transition transition =
        new Transition(transitions.size(), after, sent, outcome.without(nodes.get(after)));
    known.putIfAbsent(key, transitions.size());
    transitions.add(transition);
    return transition;
  }

  private int number(TestNode node) {
    int number = nodes.number(node);
    if (number == actions.size()) {
      actions.add(moves.of(node).stream().mapToInt(Action::code).toArray());
    }
    return number;
  }

  private boolean add(int[] state, int parent, long step) {
    if (visited.putIfAbsent(fingerprint(state), count) != LongIndex.ABSENT) {
      return false;
    }
    if (count == parents.length) {
      parents = Arrays.copyOf(parents, 2 * count);
      steps = Arrays.copyOf(steps, 2 * count);
    }
    parents[count] = parent;
    steps[count] = step;
    count++;
    return true;
  }

  /** The same for all states that differ in the names of the nodes only. */
  private long fingerprint(int[] state) {
    long least = Long.MAX_VALUE;
    for (int r = 0; r < RENAMINGS.length; r++) {
      long sum = Canon.mix(histories.hash(state[HISTORY], r) + 31L * state[USED]);
      for (int i = 0; i < Scope.NODES; i++) {
        sum += nodes.hash(state[i], r);
      }
      for (int p = PACKETS; p < state.length; p++) {
        sum += packets.hash(state[p], r);
      }
      least = Math.min(least, Canon.mix(sum));
    }
    return least == 0 ? 1 : least;
  }

  // ---- the story of a violation

  /** Plays a way again and tells what the nodes decide on it. */
  String tell(Report report) {
    StringBuilder story = new StringBuilder(scope + ":\n");
    int[] state = start();
    for (Step step : report.way()) {
      TestNode node = nodes.get(state[step.place]);
      Action action = step.action;
      Packet packet = action.kind() == Action.Kind.DELIVER ? packets.get(action.argument()) : null;
      String what = packet == null ? action.kind() + " " + node.id : "DELIVER " + packet;
      story.append(what).append('\n');
      List<String> decided = new ArrayList<>();
      Moves.Outcome outcome =
          moves.perform(
              node,
              action,
              packet,
              (decision, view) -> decided.add(Notation.decision(node.id, decision)));
      decided.removeIf(line -> line == null);
      decided.forEach(line -> story.append("  ").append(line).append('\n'));
      outcome.sent().forEach(p -> story.append("  ").append(p).append('\n'));
      if (step != report.way().get(report.way().size() - 1)) {
        state = apply(state, step.place, action.code());
      }
    }
    for (int i = 0; i < Scope.NODES; i++) {
      story.append(Notation.status(nodes.get(state[i]))).append(" before the last step\n");
    }
    return story.append(report.violation()).append('\n').toString();
  }
}
