package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The configurations of a log, derived from nothing else.
 *
 * <ul>
 *   <li>The last one is in force, from the moment its entry is in the log, committed or not
 *       (section 4.1).
 *   <li>A truncation takes the configurations of the removed entries back.
 *   <li>The indexes rise; the first is that of the initial configuration, 0, or of the one in the
 *       snapshot.
 * </ul>
 */
final class ConfigurationHistory {
  private record Item(long index, Configuration configuration) {}

  private final List<Item> items = new ArrayList<>();

  ConfigurationHistory(RestoredState restored) {
    if (restored.snapshot() == null) {
      add(0, restored.initial());
    } else {
      restartFrom(restored.snapshot());
    }
    for (Entry e : restored.configurations()) {
      if (e.index() > currentIndex()) {
        add(e.index(), Configuration.fromBytes(e.data()));
      }
    }
  }

  Configuration current() {
    return items.get(items.size() - 1).configuration;
  }

  /** The index of the entry that holds the current configuration. */
  long currentIndex() {
    return items.get(items.size() - 1).index;
  }

  /**
   * Whether a node's vote may still be needed: it is a voter in the configuration in force, or was
   * one in those before that are not known to be left for good. Section 4.2.2, figure 4.6: the only
   * node that has {@code C_new} may be one that is not in it.
   */
  boolean mayNeed(NodeId id, UUID incarnation, long commitIndex) {
    for (int i = items.size() - 1; i >= 0; i--) {
      if (items.get(i).configuration.isVoter(id, incarnation)) {
        return true;
      }
      if (items.get(i).index <= commitIndex) {
        return false;
      }
    }
    return false;
  }

  /** The one before the current one, or the current one if there is none before. */
  Configuration previous() {
    return items.get(Math.max(0, items.size() - 2)).configuration;
  }

  /**
   * Everybody in the configuration in force, and in those before that are not known to be left for
   * good.
   */
  Set<NodeId> everybody(long commitIndex) {
    Set<NodeId> all = new TreeSet<>();
    for (int i = items.size() - 1; i >= 0; i--) {
      items.get(i).configuration.members().forEach(m -> all.add(m.id()));
      if (items.get(i).index <= commitIndex) {
        break;
      }
    }
    return all;
  }

  boolean invariantsHold() {
    for (int i = 1; i < items.size(); i++) {
      if (items.get(i).index <= items.get(i - 1).index) {
        return false;
      }
    }
    return true;
  }

  void add(long index, Configuration configuration) {
    items.add(new Item(index, configuration));
  }

  /** Nothing is left of the log but what a snapshot says of it. */
  void restartFrom(Snapshot snapshot) {
    items.clear();
    add(snapshot.configurationIndex(), snapshot.configuration());
  }

  /** Forgets what was left for good at an index that a snapshot stands for. */
  void compact(long index) {
    while (items.size() > 1 && items.get(1).index <= index) {
      items.remove(0);
    }
  }

  /** The index of the configuration that was in force at an index, which is not compacted. */
  long indexAt(long index) {
    return itemAt(index).index;
  }

  /** The configuration that was in force at an index, which is not compacted. */
  Configuration at(long index) {
    return itemAt(index).configuration;
  }

  private Item itemAt(long index) {
    int i = items.size() - 1;
    while (items.get(i).index > index) {
      i--;
    }
    return items.get(i);
  }

  /** Returns whether another configuration is in force now. */
  boolean truncate(long index) {
    boolean changed = false;
    while (currentIndex() >= index) {
      items.remove(items.size() - 1);
      changed = true;
    }
    return changed;
  }
}
