package io.balsa.raft.testkit.invariant;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Decision;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.RaftView;
import io.balsa.raft.core.Role;
import io.balsa.raft.core.Snapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * "Each server … always uses the latest configuration in its log, regardless of whether the entry
 * is committed" (dissertation section 4.1)
 *
 * <ul>
 *   <li>The configurations that come into force by what is written, and by what that replaces, are
 *       those that the algorithm has announced, one for one and in that order; it announces them
 *       first.
 *   <li>A snapshot has the one that was in force at its index.
 *   <li>When the whole log is on disk, and when a campaign begins, the one in force is the last of
 *       them.
 * </ul>
 */
final class ConfigurationFromLog implements Invariant {
  private record Item(long index, Configuration configuration) {}

  /** By an entry, or by the snapshot with an id. */
  private record Announcement(Configuration configuration, UUID snapshot) {}

  private static final class History {
    final List<Item> written = new ArrayList<>();
    final Deque<Announcement> announced = new ArrayDeque<>();

    /** The snapshot that was installed right now; its configuration is announced next. */
    UUID installed;

    History(Configuration initial) {
      written.add(new Item(0, initial));
    }

    void announce(Configuration configuration) {
      announced.addLast(new Announcement(configuration, installed));
      installed = null;
    }

    Configuration nextAnnounced() {
      Announcement next = announced.pollFirst();
      return next == null ? null : next.configuration;
    }

    Configuration lastAnnounced() {
      return announced.isEmpty() ? null : announced.peekLast().configuration;
    }

    Item last() {
      return written.get(written.size() - 1);
    }

    boolean removeFrom(long index) {
      boolean removed = false;
      while (last().index >= Math.max(index, 1) && written.size() > 1) {
        written.remove(written.size() - 1);
        removed = true;
      }
      return removed;
    }
  }

  private final Evidence evidence;
  private final Map<NodeId, History> histories = new HashMap<>();

  ConfigurationFromLog(Evidence evidence) {
    this.evidence = evidence;
  }

  @Override
  public void observe(Observation observation) {
    if (observation instanceof Observation.Decided o) {
      onDecided(o.node(), o.decision(), o.after());
    } else if (observation instanceof Observation.Written o) {
      onWritten(o.node(), o.entries());
    } else if (observation instanceof Observation.Wiped o) {
      histories.remove(o.node());
    } else if (observation instanceof Observation.Started o) {
      History history = history(o.node());
      history.announced.clear();
      history.written.clear();
      history.written.add(new Item(0, evidence.initial()));
      if (o.snapshot() != null) {
        history.written.set(0, item(o.snapshot()));
      }
      for (Entry entry : o.log()) {
        boolean later = entry.index() > history.last().index;
        if (entry.type() == EntryType.CONFIGURATION && later) {
          history.written.add(item(entry));
        }
      }
    } else if (observation instanceof Observation.Restarted o) {
      onRestarted(o.node(), o.snapshot());
    } else if (observation instanceof Observation.SnapshotSaved o) {
      onSnapshotSaved(o.node(), o.snapshot());
    }
  }

  private void onDecided(NodeId node, Decision decision, RaftView after) {
    if (decision instanceof Decision.Reconfigured d) {
      history(node).announce(d.configuration());
    } else if (decision instanceof Decision.Installed d) {
      history(node).installed = d.snapshot().id();
    } else if (decision instanceof Decision.Persisted) {
      if (after.persistedIndex() == after.last().index()) {
        History history = history(node);
        if (!history.announced.isEmpty()) {
          throw violated(node, history.lastAnnounced(), "which is not in its log");
        }
        requireInForce(node, history.last().configuration, after);
      }
    } else if (decision instanceof Decision.RoleChanged d && campaigns(d.to())) {
      History history = history(node);
      Configuration announced = history.lastAnnounced();
      requireInForce(node, announced == null ? history.last().configuration : announced, after);
    }
  }

  private static boolean campaigns(Role role) {
    return role == Role.PRE_CANDIDATE || role == Role.CANDIDATE;
  }

  private static void requireInForce(NodeId node, Configuration expected, RaftView view) {
    if (!view.configuration().equals(expected)) {
      throw violated(node, view.configuration(), "but the last one in its log is\n" + expected);
    }
  }

  private void onWritten(NodeId node, List<Entry> entries) {
    History history = history(node);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (history.removeFrom(entry.index())) {
        requireAnnounced(node, history, entry);
      }
      if (entry.type() == EntryType.CONFIGURATION) {
        history.written.add(item(entry));
        requireAnnounced(node, history, entry);
      }
    }
  }

  /** What was announced of entries that were never written does not count. */
  private void onRestarted(NodeId node, Snapshot snapshot) {
    History history = history(node);
    history.written.clear();
    history.written.add(item(snapshot));
    Announcement announced = history.announced.pollFirst();
    while (announced != null && !snapshot.id().equals(announced.snapshot)) {
      announced = history.announced.pollFirst();
    }
    if (announced == null || !snapshot.configuration().equals(announced.configuration)) {
      throw violated(
          node,
          announced == null ? null : announced.configuration,
          "but by " + snapshot + " this one:\n" + snapshot.configuration());
    }
  }

  /** Of its own state, which this node has written the log of. */
  private void onSnapshotSaved(NodeId node, Snapshot snapshot) {
    Item inForce = null;
    for (Item item : history(node).written) {
      if (item.index <= snapshot.index()) {
        inForce = item;
      }
    }
    if (inForce != null && !inForce.equals(item(snapshot))) {
      throw violated(
          node,
          inForce.configuration,
          ("at " + inForce.index + ", but its " + snapshot + " has that of ")
              + (snapshot.configurationIndex() + ":\n" + snapshot.configuration()));
    }
  }

  private static void requireAnnounced(NodeId node, History history, Entry by) {
    Configuration expected = history.last().configuration;
    Configuration announced = history.nextAnnounced();
    if (!expected.equals(announced)) {
      throw violated(
          node, announced, "but by " + by + " in its log this one comes into force:\n" + expected);
    }
  }

  private static Item item(Snapshot snapshot) {
    return new Item(snapshot.configurationIndex(), snapshot.configuration());
  }

  private static Item item(Entry entry) {
    return new Item(entry.index(), Configuration.fromBytes(entry.data()));
  }

  private static Violated violated(NodeId node, Configuration configuration, String what) {
    return new Violated(
        "Configuration From Log",
        node
            + (configuration == null
                ? " has announced no other configuration, "
                : " goes by the configuration\n" + configuration)
            + what);
  }

  private History history(NodeId id) {
    History history = histories.get(id);
    if (history == null) {
      history = new History(evidence.initial());
      histories.put(id, history);
    }
    return history;
  }
}
