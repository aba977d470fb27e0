package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;

import io.balsa.raft.core.Cluster.Packet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Plays a scenario and writes down what the nodes decide.
 *
 * <pre>
 *   cluster n1 n2 n3 [leader=n1] [learners=n4] [spare=n5] [window=2] [batch=40]
 *   log n1 1 1 2 [term=3] [commit=2]     before anything has happened: the terms of a node's entries
 *   tick n1 [5]        timeout n1        forget n2 n3      until they hear no leader any more
 *   propose n1 a b     read n1           lease-read n1     lease n1 holds|over   what its clock says
 *   change n1 voters=n1,n2 [learners=n3] [expected=4]
 *   transfer n1 [n2]   meet n1 n2 1      n1 is told that n2 is the first that ever had this id
 *   wipe n2            it loses its disk and starts anew, as one that is to join
 *   deliver            stabilize         one wave of messages, or all there will be
 *   cut n1 n2          cut n1→n2         partition n1 n2   heal
 *   drop [n1 n2 [Type]]                  duplicate         what is on the wires
 *   hold n1 n2 [Type]  release           replay n1 n2 Type
 *   hold-disk n1       persist n1        release-disk n1   saves that take their time
 *   snapshot n1        receive n1        takes one; the one that it wants has arrived
 *   crash n1           restart n1        disconnect n1 n2  n1 learns that its connection broke
 *   pass 110           so many ticks for everybody, with all messages; only what is rare is told
 *   status
 * </pre>
 *
 * <p>An arrow → is a message that leaves, ↛ one that is lost, ⇢ one that is let go or repeated
 * later. A save is on disk at once unless the disk is held, and only then the transcript says so.
 */
final class Transcript {
  private final List<String> out = new ArrayList<>();
  private final Map<Long, String> names = new HashMap<>();
  private final List<Predicate<Packet>> holds = new ArrayList<>();
  private final List<Packet> held = new ArrayList<>();
  private Cluster cluster;
  private boolean quiet;

  /** Plays a whole file; returns it with the output of this run. */
  static String play(String file) {
    Transcript transcript = new Transcript();
    StringBuilder result = new StringBuilder();
    boolean inOutput = false;
    for (String line : file.split("\n", -1)) {
      if (line.equals("----")) {
        result.append("----\n");
        transcript.flush(result);
        inOutput = true;
      } else if (line.isBlank()) {
        inOutput = false;
        result.append('\n');
      } else if (!inOutput) {
        result.append(line).append('\n');
        if (!line.startsWith("#")) {
          transcript.command(line);
        }
      }
    }
    return result.toString().stripTrailing() + "\n";
  }

  private void flush(StringBuilder result) {
    out.forEach(line -> result.append(line).append('\n'));
    out.clear();
  }

  private void command(String line) {
    String text = line.contains(" # ") ? line.substring(0, line.indexOf(" # ")) : line;
    List<String> words = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    for (String word : text.trim().split(" +")) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        words.add(word);
      } else {
        options.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    try {
      perform(words.remove(0), words, options);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("in \"" + line + "\" after\n" + String.join("\n", out), e);
    }
    answers();
  }

  private void perform(String verb, List<String> words, Map<String, String> options) {
    String first = words.isEmpty() ? null : words.get(0);
    switch (verb) {
      case "cluster" -> form(words, options);
      case "log" -> log(first, words.subList(1, words.size()), options);
      case "tick" -> cluster.tick(first, words.size() > 1 ? Integer.parseInt(words.get(1)) : 1);
      case "pass" -> pass(Integer.parseInt(first));
      case "timeout" -> cluster.timeout(first);
      case "forget" -> cluster.forgetLeader(words.toArray(String[]::new));
      case "propose" -> propose(first, words.subList(1, words.size()));
      case "read" -> read(first);
      case "lease-read" -> names.put(cluster.leaseRead(first), "lease read of " + first);
      case "lease" -> cluster.step(first, new Event.LeaseChecked(words.get(1).equals("holds")));
      case "change" -> change(first, options);
      case "transfer" -> transfer(first, words.size() > 1 ? words.get(1) : null);
      case "meet" -> cluster.meet(first, words.get(1), Integer.parseInt(words.get(2)));
      case "wipe" -> cluster.wipe(first, Cluster.configuration("n9"));
      case "hold-disk" -> cluster.holdDisk(first);
      case "release-disk" -> cluster.releaseDisk(first);
      case "persist" -> cluster.persistOne(first);
      case "snapshot" -> cluster.snapshot(first);
      case "receive" -> cluster.receive(first);
      case "crash" -> cluster.crash(first);
      case "restart" -> cluster.restart(first);
      case "disconnect" -> cluster.step(first, new Event.Disconnected(id(words.get(1))));
      case "status" -> cluster.nodes().values().forEach(n -> out.add(Notation.status(n)));
      default -> onWires(verb, words);
    }
  }

  private void onWires(String verb, List<String> words) {
    switch (verb) {
      case "deliver" -> {
        keepHeld();
        cluster.deliver();
      }
      case "stabilize" -> stabilize();
      case "cut" -> cut(words);
      case "partition" -> cluster.partition(words.toArray(String[]::new));
      case "heal" -> cluster.heal();
      case "drop" -> cluster.drop(which(words)).forEach(p -> note(p, "↛"));
      case "duplicate" -> cluster.wires().addAll(List.copyOf(cluster.wires()));
      case "hold" -> holds.add(which(words));
      case "release" -> release();
      case "replay" -> cluster.sent().stream().filter(which(words)).toList().forEach(this::again);
      default -> throw new IllegalArgumentException("no command " + verb);
    }
  }

  private void form(List<String> words, Map<String, String> options) {
    RaftOptions o = Cluster.OPTIONS;
    o =
        new RaftOptions(
            o.electionTicks(),
            o.heartbeatTicks(),
            Long.parseLong(options.getOrDefault("batch", "" + o.maxBatchBytes())),
            Integer.parseInt(options.getOrDefault("window", "" + o.maxInFlightMessages())),
            o.maxInFlightBytes());
    cluster = new Cluster(o, Cluster::fixedRandom, this::decided);
    cluster.onSend(this::sent);
    List<String> all = new ArrayList<>(words);
    List<String> learners = ids(options, "learners");
    all.addAll(learners);
    all.addAll(ids(options, "spare"));
    cluster.form(Cluster.configuration(words, learners), all.toArray(String[]::new));
    if (options.containsKey("leader")) {
      quiet = true;
      cluster.elect(options.get("leader"));
      cluster.tick(options.get("leader"), o.heartbeatTicks());
      cluster.stabilize();
      quiet = false;
    }
  }

  private static List<String> ids(Map<String, String> options, String key) {
    return options.containsKey(key) ? List.of(options.get(key).split(",")) : List.of();
  }

  private void log(String name, List<String> words, Map<String, String> options) {
    long[] terms = words.stream().mapToLong(Long::parseLong).toArray();
    long last = terms.length == 0 ? 0 : terms[terms.length - 1];
    cluster.restore(
        name,
        Long.parseLong(options.getOrDefault("term", "" + last)),
        Long.parseLong(options.getOrDefault("commit", "0")),
        terms);
  }

  private void propose(String node, List<String> commands) {
    // Its name is known only afterwards; answers are written down after the command.
    long id = cluster.propose(node, commands.toArray(String[]::new));
    names.put(id, String.join(" ", commands));
  }

  private void read(String node) {
    long id = cluster.read(node);
    names.put(id, "read of " + node);
  }

  private void change(String node, Map<String, String> options) {
    long id =
        cluster.change(
            node,
            Long.parseLong(options.getOrDefault("expected", "-1")),
            Cluster.configuration(ids(options, "voters"), ids(options, "learners")));
    names.put(id, "change");
  }

  private void transfer(String node, String target) {
    names.put(
        cluster.transfer(node, target), target == null ? "transfer" : "transfer to " + target);
  }

  private void answers() {
    if (cluster == null) {
      return;
    }
    cluster.accepted().forEach(a -> out.add("▸ " + name(a.id()) + " is " + a.first()));
    cluster
        .refused()
        .forEach(
            r ->
                out.add(
                    "▸ "
                        + name(r.id())
                        + " refused: "
                        + r.reason()
                        + (r.leader() == null ? "" : ", " + r.leader() + " leads")));
    cluster
        .readable()
        .forEach(
            r ->
                out.add(
                    "▸ " + name(r.id()) + " sees " + r.index() + (r.byLease() ? " by lease" : "")));
    cluster.unreadable().forEach(r -> out.add("▸ " + name(r) + " fails"));
    cluster.changed().forEach(c -> out.add("▸ " + name(c.id()) + " is done at " + c.index()));
    cluster.undecided().forEach(c -> out.add("▸ " + name(c) + " is undecided"));
    cluster.transferred().forEach(t -> out.add("▸ " + name(t) + " is done"));
    cluster.accepted().clear();
    cluster.refused().clear();
    cluster.readable().clear();
    cluster.unreadable().clear();
    cluster.changed().clear();
    cluster.undecided().clear();
    cluster.transferred().clear();
  }

  private String name(long id) {
    return names.getOrDefault(id, "request " + id);
  }

  private void pass(int ticks) {
    int before = out.size();
    cluster.rounds(ticks);
    List<String> rare = out.subList(before, out.size());
    rare.removeIf(line -> line.matches("\\S+ AppendEntries.*"));
  }

  // ---- wires

  private void stabilize() {
    keepHeld();
    for (int waves = 0; !cluster.wires().isEmpty(); waves++) {
      if (waves > 200) {
        throw new AssertionError("waves of messages without an end");
      }
      cluster.deliver();
      keepHeld();
    }
  }

  private void cut(List<String> words) {
    if (words.size() == 1) {
      String[] ends = words.get(0).split("→");
      cluster.cutOneWay(ends[0], ends[1]);
    } else {
      cluster.cut(words.get(0), words.get(1));
    }
  }

  /** {@code from to Type}, each of them may be left out. */
  private static Predicate<Packet> which(List<String> words) {
    return p ->
        (words.size() < 1 || p.from().value().equals(words.get(0)))
            && (words.size() < 2 || p.to().value().equals(words.get(1)))
            && (words.size() < 3 || words.get(2).equals(p.message().getClass().getSimpleName()));
  }

  private void keepHeld() {
    if (!holds.isEmpty()) {
      held.addAll(cluster.drop(p -> holds.stream().anyMatch(h -> h.test(p))));
    }
  }

  private void release() {
    keepHeld();
    holds.clear();
    held.forEach(this::again);
    held.clear();
  }

  private void again(Packet packet) {
    note(packet, "⇢");
    cluster.wires().add(packet);
  }

  private void note(Packet p, String arrow) {
    out.add(p.toString().replaceFirst("→", arrow));
  }

  private void sent(Packet packet, boolean leaves) {
    if (!quiet) {
      note(packet, leaves ? "→" : "↛");
    }
  }

  private void decided(NodeId node, Decision decision) {
    if (quiet) {
      return;
    }
    if (decision instanceof Decision.Persisted d) {
      if (cluster.isDiskHeld(node)) {
        out.add(node + "  persisted " + d.index());
      }
      return;
    }
    String line = Notation.decision(node, decision);
    if (line != null) {
      out.add(line);
    }
  }
}
