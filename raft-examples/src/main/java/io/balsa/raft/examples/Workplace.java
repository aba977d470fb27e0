package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The directory of a cluster.
 *
 * <ul>
 *   <li>It is deleted at the end, also if the end is a signal, unless the user has named it or
 *       something failed that is worth a look.
 *   <li>Before that the cluster is closed.
 * </ul>
 */
final class Workplace implements AutoCloseable {
  private final Path directory;
  private final boolean named;
  private final Narrator narrator;
  private volatile boolean kept;
  private volatile boolean signalled;
  private Cluster cluster;
  private boolean closed;

  private Workplace(Path directory, boolean named, Narrator narrator) {
    this.directory = directory;
    this.named = named;
    this.narrator = narrator;
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
  }

  /** A place for a cluster: the given directory, or if that is null a new one. */
  static Workplace of(Path named, Narrator narrator) throws IOException {
    return named == null
        ? new Workplace(Files.createTempDirectory("balsa-cluster-"), false, narrator)
        : new Workplace(
            Files.createDirectories(named).toAbsolutePath().normalize(), true, narrator);
  }

  Path directory() {
    return directory;
  }

  synchronized void endWith(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Something failed; not that the user has stopped the program. */
  void keep() {
    kept = !signalled;
  }

  /** Deletes what is in it. */
  void clear() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        delete(file);
      }
    }
  }

  /** Deletes a file, or a directory with what is in it, if it is there. */
  static void delete(Path path) throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** The program was stopped by a signal, or has ended; in both cases all has been said. */
  private void end() {
    signalled = true;
    narrator.mute();
    try {
      close();
    } catch (IOException e) {
      System.err.println("can't delete " + directory + ": " + e);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    if (cluster != null) {
      cluster.close();
    }
    if (!named && !kept) {
      clear();
      Files.deleteIfExists(directory);
    }
  }
}
