package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Tells who has locked a file, as far as the system says: Linux does, in {@code /proc/locks}.
 *
 * <pre>
 *   1: POSIX  ADVISORY  WRITE 4711 fd:01:917522 0 9223372036854775806
 *                             process     inode
 * </pre>
 */
final class LockHolder {
  private static final Path LOCKS = Path.of("/proc/locks");
  private static final Pattern LINE =
      Pattern.compile("\\d+: POSIX +ADVISORY +\\w+ +(\\d+) \\S+:(\\d+) .*");

  private LockHolder() {}

  /** The holder in words that continue a sentence, nothing if nobody knows. */
  static String of(Path file) {
    try {
      boolean known =
          Files.isReadable(LOCKS)
              && file.getFileSystem().supportedFileAttributeViews().contains("unix");
      return known
          ? of(Files.readAllLines(LOCKS), Files.getAttribute(file, "unix:ino").toString())
          : "";
    } catch (IOException e) {
      return ""; // it is only for the message, which says the rest anyway
    }
  }

  /** Inodes of two file systems may have one number: then it isn't known which is meant. */
  private static String of(List<String> locks, String inode) {
    List<Long> holders =
        locks.stream()
            .map(LINE::matcher)
            .filter(Matcher::matches)
            .filter(line -> line.group(2).equals(inode))
            .map(line -> Long.valueOf(line.group(1)))
            .distinct()
            .toList();
    return holders.size() == 1 ? describe(holders.get(0)) : "";
  }

  private static String describe(long process) {
    String command =
        Stream.of(ProcessHandle.of(process))
            .flatMap(Optional::stream)
            .flatMap(handle -> handle.info().command().stream())
            .findFirst()
            .map(path -> ", " + path)
            .orElse("");
    return " (" + process + command + ")";
  }
}
