package io.balsa.raft.core;

import java.util.Map;

/**
 * Takes out of a node what only tells the time, and what is left in memory but not used any more.
 *
 * <ul>
 *   <li>A timeout may come at any moment, so how near it is does not matter. Of a leader's messages
 *       it is kept whether they are overdue.
 *   <li>Unless rounds are to be as they are, they are forgotten. Then every heartbeat is the same
 *       as the one before, and nobody can tell which of them was answered; only reads would need
 *       that.
 * </ul>
 */
final class Timeless {
  private static final long OVERDUE = -1000;

  private Timeless() {}

  static void settle(TestNode node, boolean rounds, boolean time) {
    Raft raft = node.raft();
    Object role = Fields.get(raft, "role");
    if (!rounds) {
      Fields.set(raft, "lastRound", 0L);
    }
    Fields.set(Fields.get(raft, "voter"), "boundFor", 0L);
    if (role instanceof Follower) {
      settleFollower(role);
    } else if (role instanceof Candidate) {
      Fields.set(role, "ticksLeft", 1L);
    } else if (role instanceof Leader) {
      settleLeader(role, rounds, time);
    }
    settleSizes(Fields.get(raft.log, "sizes"));
    settleTerms(Fields.get(raft.log, "terms"));
  }

  private static void settleFollower(Object follower) {
    Fields.set(follower, "now", 0L);
    Fields.set(follower, "contact", 0L);
    Fields.set(follower, "timeout", 5L);
    Fields.set(follower, "lastRound", 0L);
  }

  private static void settleLeader(Object leader, boolean rounds, boolean time) {
    for (String name :
        new String[] {"now", "checkedAt", "roundAtCheck", "watchedSave", "watchedSince"}) {
      Fields.set(leader, name, 0L);
    }
    settleFollowed((Map<?, ?>) Fields.get(leader, "progress"), rounds, time);
    Object announcement = Fields.get(leader, "announcement");
    if (announcement != null) {
      Fields.set(announcement, "since", 0L);
      settleFollowed((Map<?, ?>) Fields.get(announcement, "leaving"), rounds, time);
    }
    Object reconfiguration = Fields.get(leader, "reconfiguration");
    Fields.set(reconfiguration, "nextLiveAt", 0L);
    for (Object newcomer : ((Map<?, ?>) Fields.get(reconfiguration, "newcomers")).values()) {
      Fields.set(newcomer, "since", 0L);
    }
    Fields.set(Fields.get(leader, "transfer"), "since", 0L);
  }

  private static void settleFollowed(Map<?, ?> followed, boolean rounds, boolean time) {
    for (Object progress : followed.values()) {
      settleProgress(progress, time);
      boolean answered = Fields.getLong(progress, "ackedAt") >= 0;
      Fields.set(progress, "ackedAt", answered ? 0L : -1L);
      if (!rounds) {
        Fields.set(progress, "ackedRound", 0L);
      }
    }
  }

  private static void settleProgress(Object progress, boolean time) {
    int count = (int) Fields.getLong(progress, "inFlight");
    boolean underWay = count > 0 || (boolean) Fields.get(progress, "waiting");
    boolean overdue = underWay && (time || Fields.getLong(progress, "movedAt") == OVERDUE);
    Fields.set(progress, "movedAt", overdue ? OVERDUE : 0L);
    int oldest = (int) Fields.getLong(progress, "oldest");
    for (String name : new String[] {"sentIndexes", "sentBytes"}) {
      long[] ring = (long[]) Fields.get(progress, name);
      long[] before = ring.clone();
      for (int i = 0; i < ring.length; i++) {
        ring[i] = i < count ? before[(oldest + i) % ring.length] : 0;
      }
    }
    Fields.set(progress, "oldest", 0);
  }

  private static void settleSizes(Object sizes) {
    long[] totals = (long[]) Fields.get(sizes, "totals");
    long base = Fields.getLong(sizes, "base");
    long last = Fields.getLong(sizes, "last");
    long[] fewer = new long[16];
    if (last - base >= fewer.length) {
      throw new AssertionError("a search of logs as long as " + last);
    }
    long start = totals[(int) (base & totals.length - 1)];
    for (long i = base; i <= last; i++) {
      fewer[(int) (i & fewer.length - 1)] = totals[(int) (i & totals.length - 1)] - start;
    }
    Fields.set(sizes, "totals", fewer);
  }

  private static void settleTerms(Object terms) {
    int count = (int) Fields.getLong(terms, "count");
    for (String name : new String[] {"firstIndexes", "terms"}) {
      long[] runs = (long[]) Fields.get(terms, name);
      for (int i = count; i < runs.length; i++) {
        runs[i] = 0;
      }
    }
  }
}
