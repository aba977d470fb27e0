package io.balsa.raft.storage;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Prints what an inspection finds, one thing a line, for people or as JSON:
 *
 * <pre>
 *   entry  index 12  term 3  type COMMAND  bytes 40
 *   {"what":"entry","index":12,"term":3,"type":"COMMAND","bytes":40}
 * </pre>
 */
final class InspectionLines {
  private final PrintStream out;
  private final boolean json;

  InspectionLines(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Begins a line. */
  Line line(String what) {
    return new Line(what);
  }

  /** A line, field after field. */
  final class Line {
    private final StringBuilder text = new StringBuilder();

    private Line(String what) {
      text.append(json ? "{\"what\":" + quoted(what) : "%-10s".formatted(what));
    }

    Line with(String name, long value) {
      return add(name, Long.toString(value));
    }

    Line with(String name, String value) {
      return add(name, json ? quoted(value) : printable(value));
    }

    private Line add(String name, String value) {
      text.append(json ? "," + quoted(name) + ":" + value : " " + name + " " + value + " ");
      return this;
    }

    void print() {
      out.println(json ? text + "}" : text.toString().stripTrailing());
    }
  }

  /** Names come from files that may hold anything: nothing in them may command a terminal. */
  private static String printable(String value) {
    return value.replaceAll("\\p{Cntrl}", "?");
  }

  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c)) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
