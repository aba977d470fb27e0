package io.balsa.raft.storage;

import io.balsa.raft.StorageException;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Looks at the data directory of a node that is not running, from the command line:
 *
 * <pre>{@code
 * java -cp ... io.balsa.raft.storage.Inspect verify DIR
 * java -cp ... io.balsa.raft.storage.Inspect log DIR --from 100 --to 120
 * java -cp ... io.balsa.raft.storage.Inspect snapshot DIR
 * }</pre>
 *
 * <p>It changes nothing: an unfinished write stays where it is. While it reads, no node can open
 * the directory. Commands of state machines are shown only on request: they may be secret.
 *
 * <p>Exit codes: 0 all is well, 1 something is damaged or missing, 2 the arguments make no sense, 3
 * it can't be read: it is open in another process, no data directory, or of a newer version.
 */
public final class Inspect {
  static final int OK = 0;
  static final int DAMAGED = 1;
  static final int USAGE = 2;
  static final int UNREADABLE = 3;

  private static final String UNKNOWN = "unknown";

  private static final String USE =
      """
      usage: Inspect COMMAND DIR [--json]
        verify                   reads everything and tells whether it is as it was written
        log [--from N] [--to N]  lists the entries, without what is in them
            [--payload]          with what is in them, in hexadecimal digits
        snapshot                 tells for which entries the latest snapshot stands, and the members
      """;

  private final Request request;
  private final InspectionLines lines;

  private Inspect(PrintStream out, Request request) {
    this.request = request;
    this.lines = new InspectionLines(out, request.json);
  }

  /** What the arguments ask for. */
  private record Request(
      String command, Path directory, long from, long to, boolean payload, boolean json) {

    /** Understands the arguments. */
    static Request parse(List<String> args) {
      if (args.size() < 2 || !List.of("verify", "log", "snapshot").contains(args.get(0))) {
        throw new IllegalArgumentException("a command and a directory are needed");
      }
      boolean log = args.get(0).equals("log");
      Request request =
          new Request(args.get(0), Path.of(args.get(1)), 1, Long.MAX_VALUE, false, false);
      for (int i = 2; i < args.size(); i++) {
        String option = args.get(i);
        if (option.equals("--json")) {
          request = request.with(request.from, request.to, request.payload, true);
        } else if (log && option.equals("--payload")) {
          request = request.with(request.from, request.to, true, request.json);
        } else if (log && option.equals("--from") && i + 1 < args.size()) {
          request = request.with(number(args.get(++i)), request.to, request.payload, request.json);
        } else if (log && option.equals("--to") && i + 1 < args.size()) {
          request =
              request.with(request.from, number(args.get(++i)), request.payload, request.json);
        } else {
          throw new IllegalArgumentException(option + " makes no sense here");
        }
      }
      return request;
    }

    private static long number(String text) {
      if (!text.matches("\\d{1,18}")) {
        throw new IllegalArgumentException(text + " is not an index");
      }
      return Long.parseLong(text);
    }

    private Request with(long newFrom, long newTo, boolean newPayload, boolean newJson) {
      return new Request(command, directory, newFrom, newTo, newPayload, newJson);
    }
  }

  /**
   * Runs the tool and ends the process with its exit code.
   *
   * @param args a command, a directory, and options
   */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /**
   * Runs the tool.
   *
   * @param out takes what it finds
   * @param err takes why it can't, or what is wrong
   * @param args a command, a directory, and options
   * @return the exit code
   */
  public static int run(PrintStream out, PrintStream err, String... args) {
    Request request;
    try {
      request = Request.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(USE);
      return USAGE;
    }
    try {
      return new Inspect(out, request).run();
    } catch (IOException e) {
      err.println(e instanceof StorageException ? e.getMessage() : e.toString());
      return UNREADABLE;
    }
  }

  private int run() throws IOException {
    try (Inspection inspection = Inspection.open(request.directory)) {
      StorageException problem = problem(inspection);
      switch (request.command) {
        case "log" -> printEntries(inspection);
        case "snapshot" -> printMembers(printSnapshot(inspection));
        default -> printDirectory(inspection);
      }
      printVerdict(inspection, problem);
      return problem == null ? OK : DAMAGED;
    }
  }

  private static StorageException problem(Inspection inspection) throws IOException {
    try {
      inspection.run();
      return null;
    } catch (NewerFormatException e) {
      throw e;
    } catch (StorageException e) {
      return e;
    }
  }

  private void printDirectory(Inspection inspection) throws IOException {
    InspectionLines.Line directory = lines.line("directory");
    directory.with("path", request.directory.toString());
    for (String name : List.of("node", "group", "incarnation")) {
      directory.with(name, inspection.fields().getOrDefault(name, UNKNOWN));
    }
    directory.with("cluster", text(inspection.cluster())).print();
    HardState hardState = inspection.hardState();
    if (hardState != null) {
      NodeId vote = hardState.votedFor();
      lines
          .line("hardstate")
          .with("term", hardState.term())
          .with("votedFor", vote == null ? "nobody" : vote.value())
          .print();
    }
    for (long segment : inspection.segments()) {
      lines
          .line("segment")
          .with("number", segment)
          .with("bytes", inspection.bytes(segment))
          .print();
    }
    printSnapshot(inspection);
    LogOutline log = inspection.outline();
    lines
        .line("log")
        .with("firstIndex", log.firstIndex())
        .with("lastIndex", log.lastIndex())
        .with("lastTerm", log.lastTerm())
        .with("committed", log.commitIndex())
        .print();
  }

  private static String text(UUID id) {
    return id == null ? UNKNOWN : id.toString();
  }

  /** Prints what the latest snapshot stands for; gives it, null if there is none. */
  private Snapshot printSnapshot(Inspection inspection) {
    Snapshot snapshot = inspection.snapshot();
    if (snapshot != null) {
      lines
          .line("snapshot")
          .with("index", snapshot.index())
          .with("term", snapshot.last().term())
          .with("configuration", snapshot.configurationIndex())
          .with("bytes", snapshot.bytes())
          .with("id", snapshot.id().toString())
          .with("cluster", text(snapshot.configuration().clusterId()))
          .print();
    }
    return snapshot;
  }

  private void printMembers(Snapshot snapshot) {
    if (snapshot == null) {
      return;
    }
    for (String member : snapshot.configuration().toString().split("\n")) {
      String[] words = member.split(" ");
      if (!words[0].equals("cluster")) {
        InspectionLines.Line line =
            lines.line("member").with("role", words[0]).with("is", words[1]);
        line.with("incarnation", words.length > 2 ? words[2] : UNKNOWN).print();
      }
    }
  }

  private void printEntries(Inspection inspection) throws IOException {
    inspection.visit(
        request.from,
        request.to,
        request.payload,
        (record, data) -> {
          InspectionLines.Line line =
              lines
                  .line("entry")
                  .with("index", record.index())
                  .with("term", record.term())
                  .with("type", Inspection.type(record).name())
                  .with("bytes", record.length())
                  .with("segment", record.number())
                  .with("offset", record.offset());
          if (data != null) {
            line.with("payload", HexFormat.of().formatHex(data));
          }
          line.print();
        });
  }

  private void printVerdict(Inspection inspection, StorageException problem) {
    RecoveredEnd end = inspection.end();
    if (end != null && inspection.unfinishedBytes() > 0) {
      lines
          .line("unfinished")
          .with("segment", end.segment())
          .with("offset", end.offset())
          .with("bytes", inspection.unfinishedBytes())
          .with("meaning", "a write that a crash interrupted; the next start of the node cuts it")
          .print();
    }
    if (problem == null) {
      lines.line("verdict").with("is", "ok").print();
    } else {
      lines.line("verdict").with("is", "damaged").with("problem", problem.getMessage()).print();
    }
  }
}
