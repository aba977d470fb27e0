package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a directory as they were at some moment, to be laid out elsewhere, changed. */
record Image(Map<String, byte[]> files) {
  static Image of(Path directory) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(path).toString();
        if (!name.equals("LOCK")) {
          files.put(name, Files.readAllBytes(path));
        }
      }
    }
    return new Image(files);
  }

  Image with(String name, byte[] content) {
    Map<String, byte[]> changed = new TreeMap<>(files);
    changed.put(name, content);
    return new Image(changed);
  }

  Image without(String name) {
    Map<String, byte[]> changed = new TreeMap<>(files);
    changed.remove(name);
    return new Image(changed);
  }

  Image withFlippedBit(String name, int offset, Random random) {
    byte[] content = files.get(name).clone();
    content[offset] ^= (byte) (1 << random.nextInt(8));
    return with(name, content);
  }

  Image withZeros(String name, int from, int to) {
    byte[] content = files.get(name).clone();
    java.util.Arrays.fill(content, from, to, (byte) 0);
    return with(name, content);
  }

  /** The offset after the last byte that is not zero, rounded up to where a record can begin. */
  int endOfContent(String name) {
    byte[] content = files.get(name);
    int end = content.length;
    while (end > 0 && content[end - 1] == 0) {
      end--;
    }
    return end + 7 & ~7;
  }

  void layOut(Path directory) throws IOException {
    clear(directory);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  private static void clear(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        Files.delete(path);
      }
    }
  }
}
