package io.balsa.raft.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the kernel refuse what a running process wants of its disk. The process itself knows
 * nothing of it, and none of this needs privileges: it is done to a process of the same user.
 *
 * <ul>
 *   <li>Where the means are missing, the test is skipped and says which.
 * </ul>
 */
final class KernelFaults {
  private static final long STALL_MICROS = 15_000_000;
  private static final String UNLIMITED = "unlimited";

  private KernelFaults() {}

  /**
   * No file of the process may be written beyond so many bytes: write(2) fails with EFBIG there, as
   * it does with ENOSPC on a full disk.
   */
  static void limitFiles(NodeProcess node, long bytes) throws IOException, InterruptedException {
    setLimit(node, Long.toString(bytes));
  }

  static void liftLimit(NodeProcess node) throws IOException, InterruptedException {
    setLimit(node, UNLIMITED);
  }

  /** The soft limit only: raising it again needs no privilege. */
  private static void setLimit(NodeProcess node, String limit)
      throws IOException, InterruptedException {
    int code = run("prlimit", "--pid", Long.toString(node.pid()), "--fsize=" + limit + ":");
    if (code != 0) {
      throw new IOException("prlimit failed with exit code " + code);
    }
  }

  static void assumeLimitsCanBeSet() throws IOException, InterruptedException {
    assumeTrue(works("prlimit", "--version"), "there is no prlimit (util-linux)");
  }

  /**
   * From now on, until the result is closed, each fdatasync(2) and fsync(2) of the process fails
   * with EIO, as on a device that has lost what it was given.
   */
  static AutoCloseable failSyncs(NodeProcess node) throws IOException {
    return injectIntoSyncs(node, "error=EIO");
  }

  /**
   * From now on, until the result is closed, each fdatasync(2) and fsync(2) of the process takes
   * much longer than anybody waits, and then succeeds.
   */
  static AutoCloseable stallSyncs(NodeProcess node) throws IOException {
    return injectIntoSyncs(node, "delay_enter=" + STALL_MICROS);
  }

  private static AutoCloseable injectIntoSyncs(NodeProcess node, String what) throws IOException {
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-o", "/dev/null"));
    command.addAll(List.of("-e", "trace=fdatasync,fsync"));
    command.addAll(List.of("-e", "inject=fdatasync,fsync:" + what));
    command.addAll(List.of("-p", Long.toString(node.pid())));
    Process strace = new ProcessBuilder(command).inheritIO().start();
    return () -> {
      strace.destroy(); // SIGTERM: it lets go of the process, which runs on
      strace.waitFor();
    };
  }

  static void assumeSyncsCanFail() throws IOException, InterruptedException {
    assumeTrue(
        works("strace", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"),
        "there is no strace that may trace and inject");
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      return run(command) == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command[0] + " does not end");
    }
    return process.exitValue();
  }
}
