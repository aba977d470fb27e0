package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has to be remembered to judge a state: what was committed, by whoever; who led which term;
 * and for reads that are not answered, how much was committed when they were asked.
 */
record History(List<Entry> committed, List<NodeId> leaders, Map<Long, Integer> reads) {

  static History none(int maxTerm) {
    List<NodeId> leaders = new ArrayList<>();
    for (int term = 0; term <= maxTerm; term++) {
      leaders.add(null);
    }
    return new History(List.of(), leaders, Map.of());
  }

  History commit(Entry entry) {
    List<Entry> more = new ArrayList<>(committed);
    more.add(entry);
    return new History(more, leaders, reads);
  }

  History lead(long term, NodeId leader) {
    List<NodeId> more = new ArrayList<>(leaders);
    more.set((int) term, leader);
    return new History(committed, more, reads);
  }

  History ask(long read) {
    Map<Long, Integer> more = new TreeMap<>(reads);
    more.put(read, committed.size());
    return new History(committed, leaders, more);
  }

  History answer(long read) {
    Map<Long, Integer> fewer = new TreeMap<>(reads);
    fewer.remove(read);
    return new History(committed, leaders, fewer);
  }

  LogPosition lastCommitted() {
    return committed.isEmpty() ? LogPosition.ZERO : committed.get(committed.size() - 1).position();
  }
}
