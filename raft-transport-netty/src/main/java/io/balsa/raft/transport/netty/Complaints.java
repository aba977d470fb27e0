package io.balsa.raft.transport.netty;

import java.time.Duration;
import org.slf4j.Logger;

/**
 * Log lines about strangers, who must not be able to fill a disk: a few lines in each period, the
 * rest is counted. Used on the thread of the loop only.
 */
final class Complaints {
  private static final int LINES = 10;
  private static final long PERIOD = Duration.ofSeconds(10).toNanos();

  private final Logger log;
  private long periodStart = System.nanoTime();
  private int lines;
  private long unsaid;

  Complaints(Logger log) {
    this.log = log;
  }

  void say(String format, Object... arguments) {
    long now = System.nanoTime();
    if (now - periodStart > PERIOD) {
      if (unsaid > 0) {
        log.warn("{} more complaints about connections in the last seconds", unsaid);
      }
      periodStart = now;
      lines = 0;
      unsaid = 0;
    }
    if (lines < LINES) {
      lines++;
      log.warn(format, arguments);
    } else {
      unsaid++;
    }
  }
}
