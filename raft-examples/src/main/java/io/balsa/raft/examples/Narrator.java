package io.balsa.raft.examples;

import java.io.PrintStream;
import java.util.Locale;

/** Tells a story line by line, with the seconds since it began. */
final class Narrator {
  private static final String INDENT = " ".repeat(9);

  private final PrintStream out;
  private final long begin = System.nanoTime();
  private volatile boolean muted;

  Narrator(PrintStream out) {
    this.out = out;
  }

  /** A line that says when it happened. */
  void say(String format, Object... arguments) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    line(String.format(Locale.ROOT, "%5.1f s  ", seconds) + text(format, arguments));
  }

  /** A line that belongs to the one before. */
  void detail(String format, Object... arguments) {
    line(INDENT + text(format, arguments));
  }

  /** A line, or several, without a time. */
  void print(String format, Object... arguments) {
    line(text(format, arguments));
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private void line(String line) {
    if (!muted) {
      out.println(line);
    }
  }

  /** Says nothing any more: who has stopped the program does not want to read on. */
  void mute() {
    muted = true;
  }
}
