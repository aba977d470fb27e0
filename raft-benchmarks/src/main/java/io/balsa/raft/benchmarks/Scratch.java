package io.balsa.raft.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Folders on the disk to be measured: the working directory's, since the system's temporary folder
 * may be memory.
 */
final class Scratch {
  private Scratch() {}

  static Path create() throws IOException {
    return Files.createTempDirectory(Path.of("").toAbsolutePath(), "benchmark-");
  }

  static void delete(Path dir) throws IOException {
    try (Stream<Path> tree = Files.walk(dir)) {
      tree.sorted(Comparator.reverseOrder()).forEach(Scratch::deleteOne);
    }
  }

  private static void deleteOne(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
