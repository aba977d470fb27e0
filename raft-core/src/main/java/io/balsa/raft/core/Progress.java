package io.balsa.raft.core;

/**
 * What a leader knows of one follower's log (section 3.5), and what is on its way there.
 *
 * <ul>
 *   <li>{@code matchIndex < nextIndex}; {@code matchIndex} never falls.
 *   <li>A follower is <em>probed</em>, one message at a time, until it has confirmed where the logs
 *       agree; then entries are <em>streamed</em>: {@code nextIndex} runs ahead of the
 *       acknowledgements, within a window of messages and bytes.
 *   <li>{@code waiting}: a message is on its way for which {@code nextIndex} did not run ahead, a
 *       probe or a part of the log whose size is unknown. Nothing else is sent meanwhile.
 * </ul>
 */
final class Progress {
  private static final long NEVER = -1;

  private final long[] sentIndexes;
  private final long[] sentBytes;
  private final long maxBytes;
  private int oldest;
  private int inFlight;
  private long bytesInFlight;

  private long matchIndex;
  private long nextIndex;
  private boolean streaming;
  private boolean waiting;
  private long ackedRound;
  private long movedAt;
  private long ackedAt = NEVER;

  Progress(RaftOptions options, long nextIndex) {
    sentIndexes = new long[options.maxInFlightMessages()];
    sentBytes = new long[options.maxInFlightMessages()];
    maxBytes = options.maxInFlightBytes();
    this.nextIndex = nextIndex;
  }

  long matchIndex() {
    return matchIndex;
  }

  long nextIndex() {
    return nextIndex;
  }

  long ackedRound() {
    return ackedRound;
  }

  void acked(long round, long now) {
    if (round > ackedRound) {
      ackedRound = round;
      ackedAt = now;
    }
  }

  boolean hasAnswered() {
    return ackedAt != NEVER;
  }

  /** Whether the follower has answered something new lately. */
  boolean isActive(long now, long patience) {
    return hasAnswered() && now - ackedAt < patience;
  }

  boolean hasRoom() {
    return !waiting
        && (!streaming
            || inFlight < sentIndexes.length && (inFlight == 0 || bytesInFlight < maxBytes));
  }

  boolean isStreaming() {
    return streaming;
  }

  private boolean somethingUnderWay() {
    return waiting || inFlight > 0;
  }

  /** Entries up to an index left while streaming. */
  void sent(long lastIndex, long bytes, long now) {
    movedAt = somethingUnderWay() ? movedAt : now;
    int slot = (oldest + inFlight) % sentIndexes.length;
    sentIndexes[slot] = lastIndex;
    sentBytes[slot] = bytes;
    inFlight++;
    bytesInFlight += bytes;
    nextIndex = lastIndex + 1;
  }

  /** A message left that has to be answered before the next one. */
  void sentAndWaits(long now) {
    movedAt = somethingUnderWay() ? movedAt : now;
    waiting = true;
  }

  /** The follower's log agrees up to an index. Returns whether that is news. */
  boolean matched(long index, long now) {
    streaming |= index >= nextIndex - 1;
    if (index <= matchIndex) {
      return false;
    }
    matchIndex = index;
    movedAt = now;
    if (index >= nextIndex) {
      nextIndex = index + 1;
      waiting = false;
    }
    while (inFlight > 0 && sentIndexes[oldest] <= index) {
      bytesInFlight -= sentBytes[oldest];
      oldest = (oldest + 1) % sentIndexes.length;
      inFlight--;
    }
    return true;
  }

  /** Whether a rejection is about what was sent last, and not about something long settled. */
  boolean isRejectedBy(long previousIndex) {
    return previousIndex > matchIndex && (streaming || previousIndex == nextIndex - 1);
  }

  /** Forgets what is on its way and asks again whether the logs agree right before an index. */
  void probe(long index) {
    nextIndex = Math.max(index, matchIndex + 1);
    streaming = false;
    waiting = false;
    inFlight = 0;
    bytesInFlight = 0;
  }

  /**
   * What is on its way is lost. What was confirmed is not; and before the first confirmation the
   * same question is as good as it was, while one about the start of the log would send all of it.
   */
  void lost() {
    probe(streaming ? matchIndex + 1 : nextIndex);
  }

  /** Whether what is on its way is overdue, although the follower answers other messages. */
  boolean isStuck(long now, long probePatience, long streamPatience) {
    return somethingUnderWay() && now - movedAt >= (streaming ? streamPatience : probePatience);
  }

  boolean invariantsHold(long lastIndex) {
    return matchIndex < nextIndex && nextIndex <= lastIndex + 1;
  }
}
