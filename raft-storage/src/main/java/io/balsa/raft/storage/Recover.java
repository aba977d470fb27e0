package io.balsa.raft.storage;

import io.balsa.raft.Environment;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Goes on from what one node has when a majority of the voters is lost for ever, from the command
 * line and while no node runs:
 *
 * <pre>{@code
 * java -cp ... io.balsa.raft.storage.Recover DIR DIR
 * java -cp ... io.balsa.raft.storage.Recover DIR DIR --take DIR --address HOST:PORT
 * }</pre>
 *
 * <p>The first looks at the directories of the nodes that are left, tells which one knows most, and
 * changes nothing. The second makes the node of one directory the only voter of a new cluster,
 * which has all that is in its log. What the lost majority had acknowledged and this node has not
 * is lost. Others are added as new nodes with empty directories. Members of the old cluster can't
 * take part: they are of another cluster now.
 *
 * <ul>
 *   <li>Nothing is changed unless the name of the node is typed, or the option says so.
 *   <li>If it is interrupted, it can be run again.
 * </ul>
 *
 * <p>Exit codes: 0 all was done, 1 a directory is open, damaged, has no log or can't be used
 * otherwise, 2 the arguments make no sense, 3 it was not confirmed.
 */
public final class Recover {
  static final int OK = 0;
  static final int UNFIT = 1;
  static final int USAGE = 2;
  static final int NOT_CONFIRMED = 3;

  static final String YES = "--yes-lose-what-the-majority-had";

  private static final String USE =
      """
      usage: Recover DIR...
               looks at the directories of the nodes that are left and changes nothing
             Recover [DIR...] --take DIR [--address HOST:PORT] [--yes-lose-what-the-majority-had]
               makes the node of a directory the only voter of a new cluster; others that are named
               are compared with it, and the one with the most up-to-date log has to be taken
      """;

  /** What is not in the arguments: who asks and when, what it is told, and names for clusters. */
  record Surroundings(InputStream in, String user, Instant now, UUID cluster) {}

  private final PrintStream out;
  private final PrintStream err;
  private final Surroundings surroundings;
  private final Request request;
  private final List<Survivor> survivors = new ArrayList<>();
  private boolean someUnfit;

  private Recover(PrintStream out, PrintStream err, Surroundings surroundings, Request request) {
    this.out = out;
    this.err = err;
    this.surroundings = surroundings;
    this.request = request;
  }

  /** What the arguments ask for; what is not given is null. */
  private record Request(List<Path> directories, Path take, String address, boolean confirmed) {

    /** Understands the arguments. */
    static Request parse(List<String> args) {
      List<Path> directories = new ArrayList<>();
      Path take = null;
      String address = null;
      boolean confirmed = false;
      for (int i = 0; i < args.size(); i++) {
        String option = args.get(i);
        boolean hasValue = i + 1 < args.size();
        if (option.equals("--take") && hasValue && take == null) {
          take = place(args.get(++i));
        } else if (option.equals("--address") && hasValue && address == null) {
          address = new Member(new NodeId("n"), args.get(++i)).address();
        } else if (option.equals(YES)) {
          confirmed = true;
        } else if (option.startsWith("-")) {
          throw new IllegalArgumentException(option + " makes no sense here");
        } else {
          add(directories, place(option));
        }
      }
      if (take == null && (address != null || confirmed)) {
        throw new IllegalArgumentException("--take is missing");
      }
      if (take != null) {
        add(directories, take);
      }
      if (directories.isEmpty()) {
        throw new IllegalArgumentException("a directory is needed");
      }
      return new Request(directories, take, address, confirmed);
    }

    private static Path place(String text) {
      return Path.of(text).normalize();
    }

    private static void add(List<Path> directories, Path directory) {
      if (!directories.contains(directory)) {
        directories.add(directory);
      }
    }
  }

  /**
   * Runs the tool and ends the process with its exit code.
   *
   * @param args directories and options
   */
  public static void main(String[] args) {
    System.exit(run(System.out, System.err, args));
  }

  /**
   * Runs the tool, asking on the standard input.
   *
   * @param out takes what it finds and does, and questions
   * @param err takes why it can't
   * @param args directories and options
   * @return the exit code
   */
  public static int run(PrintStream out, PrintStream err, String... args) {
    String user = System.getProperty("user.name", "unknown");
    Surroundings real = new Surroundings(System.in, user, Instant.now(), UUID.randomUUID());
    return run(out, err, real, args);
  }

  static int run(PrintStream out, PrintStream err, Surroundings surroundings, String... args) {
    Request request;
    try {
      request = Request.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(USE);
      return USAGE;
    }
    try {
      return new Recover(out, err, surroundings, request).run();
    } catch (IOException e) {
      err.println(text(e));
      return UNFIT;
    }
  }

  private static String text(IOException e) {
    return e instanceof StorageException ? e.getMessage() : e.toString();
  }

  private int run() throws IOException {
    for (Path directory : request.directories) {
      look(directory);
    }
    String strange = whatDoesNotBelongTogether();
    if (strange != null) {
      err.println(strange);
      return USAGE;
    }
    Survivor best = mostUpToDate();
    if (request.take == null) {
      propose(best);
      return someUnfit ? UNFIT : OK;
    }
    return someUnfit ? UNFIT : take(best);
  }

  // ---- looking

  private void look(Path directory) {
    try {
      Survivor survivor = Survivor.look(directory);
      survivors.add(survivor);
      print(survivor);
    } catch (IOException e) {
      someUnfit = true;
      err.println(text(e));
    }
  }

  private void print(Survivor s) {
    InspectionLines lines = new InspectionLines(out, false);
    lines
        .line("survivor")
        .with("path", s.directory().toString())
        .with("node", s.node().value())
        .with("group", s.group())
        .with("incarnation", s.identity().incarnation().toString())
        .with("cluster", String.valueOf(s.configuration().clusterId()))
        .print();
    NodeId vote = s.hardState().votedFor();
    lines
        .line("log")
        .with("lastIndex", s.last().index())
        .with("lastTerm", s.last().term())
        .with("committed", s.committed())
        .with("term", s.hardState().term())
        .with("votedFor", vote == null ? "nobody" : vote.value())
        .print();
    for (String member : s.configuration().toString().split("\n")) {
      if (!member.startsWith("cluster ")) {
        lines.line("member").with("is", member).print();
      }
    }
  }

  /** Logs of different clusters or groups can't be compared. */
  private String whatDoesNotBelongTogether() {
    for (Survivor s : survivors) {
      Survivor first = survivors.get(0);
      if (!s.group().equals(first.group())
          || !String.valueOf(s.identity().clusterId())
              .equals(String.valueOf(first.identity().clusterId()))) {
        return s.directory()
            + " and "
            + first.directory()
            + " are not of the same cluster and group";
      }
    }
    return null;
  }

  /** Of equal ones the first; null if there is none. */
  private Survivor mostUpToDate() {
    Survivor best = null;
    for (Survivor s : survivors) {
      if (best == null || s.last().compareTo(best.last()) > 0) {
        best = s;
      }
    }
    return best;
  }

  private void propose(Survivor best) {
    if (best != null) {
      out.println(
          (best.directory() + " has the most up-to-date log of these, up to " + best.last() + ".")
              + " Nothing was changed. To go on from it:");
      String address = best.address() == null ? "HOST:PORT" : best.address();
      out.println("  Recover --take " + best.directory() + " --address " + address);
    }
  }

  // ---- taking

  private int take(Survivor best) throws IOException {
    Survivor taken =
        survivors.stream()
            .filter(s -> s.directory().equals(request.take))
            .findFirst()
            .orElseThrow();
    if (best.last().compareTo(taken.last()) > 0) {
      err.println(
          (best.directory() + " knows more: its log ends at " + best.last())
              + (", that of " + taken.directory() + " at " + taken.last())
              + ". Take that one, or don't name it if it can't be used");
      return USAGE;
    }
    String address = request.address == null ? taken.address() : request.address;
    if (address == null) {
      err.println(taken.node() + " is not a member, so --address is needed");
      return USAGE;
    }
    NewGeneration next =
        new NewGeneration(
            taken,
            address,
            new NewGeneration.Act(surroundings.now, surroundings.user, surroundings.cluster));
    announce(taken, next.configuration());
    if (!request.confirmed && !isTyped(taken.node())) {
      err.println("not confirmed, nothing was changed");
      return NOT_CONFIRMED;
    }
    next.write(Environment.system());
    out.println("done. Start " + taken.node() + " as always; it goes on alone");
    return OK;
  }

  private void announce(Survivor taken, Configuration next) {
    out.println(
        (taken.node() + " will go on alone from " + taken.last() + ", as:\n" + next)
            + "What a majority had acknowledged and is not in its log is lost for good. What is in"
            + " its log and was never acknowledged will count.\n"
            + "The others must never be started again with the directories they have.");
  }

  private boolean isTyped(NodeId node) throws IOException {
    out.print("Type the name of the node to go on: ");
    out.flush();
    String answer =
        new BufferedReader(new InputStreamReader(surroundings.in, StandardCharsets.UTF_8))
            .readLine();
    return answer != null && answer.strip().equals(node.value());
  }
}
