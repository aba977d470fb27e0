package io.balsa.raft.core;

import java.util.List;

/**
 * Finds what no correct node would send, so that nothing a peer says can bring the algorithm into a
 * strange state.
 */
final class Nonsense {
  /** No log lives to see an index like this; counting on from it must not overflow. */
  private static final long MAX = 1L << 62;

  /**
   * So many elections nobody can have missed. A term further ahead is a mistake, and whoever took
   * it over would lead the whole group to the end of the numbers.
   */
  private static final long FARTHEST = 1L << 40;

  private Nonsense() {}

  /** What is wrong with a message that reaches a node in a term, or null. */
  static String in(Message message, long ownTerm) {
    if (message.term() < leastTerm(message) || message.term() - ownTerm > FARTHEST) {
      return "term " + message.term() + " can't be, in term " + ownTerm;
    }
    if (message instanceof Message.PreVote m) {
      return inPosition(m.last());
    }
    if (message instanceof Message.RequestVote m) {
      return inPosition(m.last());
    }
    if (message instanceof Message.InstallSnapshot m) {
      return inSnapshot(m.snapshot(), m.term());
    }
    if (message instanceof Message.AppendEntries m) {
      return inAppendEntries(m);
    }
    if (message instanceof Message.AppendEntriesRejected m) {
      return inPosition(m.hint());
    }
    return null;
  }

  /**
   * Term 0 is where nothing has happened yet: nobody campaigns or leads in it, but one may answer
   * from it.
   */
  private static long leastTerm(Message message) {
    return message instanceof Message.PreVoteReply
            || message instanceof Message.RequestVoteReply
            || message instanceof Message.AppendEntriesAccepted
            || message instanceof Message.AppendEntriesRejected
        ? 0
        : 1;
  }

  private static String inPosition(LogPosition position) {
    boolean beforeFirst = position.equals(LogPosition.ZERO);
    boolean ofEntry =
        position.index() > 0
            && position.index() <= MAX
            && position.term() > 0
            && position.term() <= MAX;
    return beforeFirst || ofEntry ? null : "no log has a position " + position;
  }

  private static String inAppendEntries(Message.AppendEntries m) {
    String problem = inPosition(m.previous());
    if (problem != null) {
      return problem;
    }
    if (m.previous().term() > m.term()) {
      return "previous entry " + m.previous() + " is of a later term than " + m.term();
    }
    return inEntries(m.previous(), m.entries(), m.term());
  }

  private static String inSnapshot(Snapshot snapshot, long term) {
    String problem = inPosition(snapshot.last());
    if (problem != null) {
      return problem;
    }
    if (snapshot.index() == 0 || snapshot.last().term() > term) {
      return snapshot + " in term " + term + " can't be";
    }
    if (snapshot.configurationIndex() < 0 || snapshot.configurationIndex() > snapshot.index()) {
      return snapshot + " with a configuration of index " + snapshot.configurationIndex();
    }
    return snapshot.bytes() < 0 ? snapshot + " can't be" : null;
  }

  private static String inEntries(LogPosition previous, List<Entry> entries, long term) {
    long index = previous.index();
    long lastTerm = Math.max(previous.term(), 1);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.index() != ++index) {
        return "entry " + entry + " where " + index + " should be";
      }
      if (entry.term() < lastTerm || entry.term() > term) {
        return "entry " + entry + " after one of term " + lastTerm + " in term " + term;
      }
      lastTerm = entry.term();
      if (entry.type() == EntryType.CONFIGURATION && !isConfiguration(entry.data())) {
        return "entry " + entry + " does not hold a configuration";
      }
    }
    return null;
  }

  private static boolean isConfiguration(byte[] data) {
    try {
      Configuration.fromBytes(data);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
