package io.balsa.raft.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A node as a process that can be killed and started again; its directory and its ports stay.
 *
 * <ul>
 *   <li>The process ends when this one ends, however that happens: its standard input ends then.
 * </ul>
 */
final class NodeProcess implements AutoCloseable {
  private static final Duration PATIENCE_TO_START = Duration.ofSeconds(60);
  private static final Duration PATIENCE_TO_END = Duration.ofSeconds(8);

  /**
   * Who a node is and where.
   *
   * @param id the node
   * @param members the nodes that form the cluster, each as {@code id=host:port}; only itself if it
   *     joins
   * @param joins whether it is let into a cluster that exists
   * @param directory its data, and its log as a file
   * @param httpPort for clients
   */
  record Place(String id, List<String> members, boolean joins, Path directory, int httpPort) {

    /** This node as a member, {@code id=host:port}. */
    String member() {
      return members.stream().filter(m -> m.startsWith(id + "=")).findFirst().orElseThrow();
    }

    /** Where the other nodes find this one, and clients of the cluster. */
    String raftAddress() {
      return member().substring(id.length() + 1);
    }

    String httpAddress() {
      return "127.0.0.1:" + httpPort;
    }

    Path logFile() {
      return directory.resolve("log.txt");
    }

    Path dataDirectory() {
      return directory.resolve("data");
    }
  }

  private final Class<?> program;
  private final Place place;
  private final List<String> moreArguments;
  private final List<String> javaOptions;
  private Process process;

  /**
   * Describes a process; nothing is started.
   *
   * @param program the main class, which takes {@link NodeOptions}
   */
  NodeProcess(Class<?> program, Place place, List<String> moreArguments) {
    this(program, place, moreArguments, List.of());
  }

  /** Describes a process whose virtual machine has options of its own. */
  NodeProcess(Class<?> program, Place place, List<String> moreArguments, List<String> javaOptions) {
    this.program = program;
    this.place = place;
    this.moreArguments = moreArguments;
    this.javaOptions = javaOptions;
  }

  String id() {
    return place.id;
  }

  Place place() {
    return place;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  RemoteNode remote(HttpClient http, Duration patience) {
    return new RemoteNode(place.httpAddress(), http, patience);
  }

  /** Starts the process; it may still fail before it is ready. */
  void start() throws IOException {
    Files.createDirectories(place.directory);
    process =
        new ProcessBuilder(command())
            .redirectError(ProcessBuilder.Redirect.appendTo(place.logFile().toFile()))
            .start();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(java());
    command.addAll(javaOptions);
    command.add(program.getName());
    command.addAll(List.of("--id", place.id));
    command.addAll(
        place.joins
            ? List.of("--join", place.raftAddress())
            : List.of("--members", String.join(",", place.members)));
    command.addAll(List.of("--data", place.dataDirectory().toString()));
    command.addAll(List.of("--http", Integer.toString(place.httpPort)));
    command.addAll(moreArguments);
    return command;
  }

  /** Java with the class path of this process, made for small programs that should start soon. */
  static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx128m",
        "-cp",
        System.getProperty("java.class.path"));
  }

  /**
   * Waits until clients may come.
   *
   * @throws NodeFailedException if the process has ended instead
   */
  void awaitReady() throws IOException, InterruptedException {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    try {
      Await.until("node " + place.id + " to start", PATIENCE_TO_START, () -> hasSpoken(out));
    } catch (Await.GivenUpException e) {
      throw new IOException(e.getMessage() + ", see " + place.logFile(), e);
    }
    if (!NodeOptions.READY.equals(out.readLine())) {
      throw new NodeFailedException(place.id, process.waitFor(), lastLineOfLog());
    }
  }

  private boolean hasSpoken(BufferedReader out) throws IOException {
    return out.ready() || !process.isAlive();
  }

  private String lastLineOfLog() throws IOException {
    List<String> lines = Files.readAllLines(place.logFile());
    return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
  }

  /** SIGKILL: no warning, no clean-up. Returns when the process is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** The disk is lost, and with it all that the node knew; it must not run. */
  void loseData() throws IOException {
    Workplace.delete(place.dataDirectory());
  }

  /** Sends a signal by its name, like "STOP"; where there is a {@code kill} command. */
  void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start();
    int code = kill.waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + " failed with exit code " + code);
    }
  }

  /** Waits for the process to end by itself, and kills it if it does not; returns its exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE_TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
      kill();
    }
    return process.exitValue();
  }

  /** Ends the standard input, and with it the process. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    try {
      process.getOutputStream().close();
      awaitEnd();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    }
  }
}
