package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.Identity;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.HardState;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What files a data directory has, and in which order they come to be: identity, hard state,
 * segments; then snapshots.
 *
 * <ul>
 *   <li>A file of that list without those before it means that they were lost; the directory is
 *       refused then.
 *   <li>The only files removed here are temporary ones of this package, which never became visible.
 * </ul>
 */
final class DataDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  private final Path path;
  private final Path identityFile;
  private final Path hardStateFile;
  private final Path wal;
  private final Path snapshots;

  DataDirectory(Path path) {
    this.path = path;
    this.identityFile = path.resolve("identity");
    this.hardStateFile = path.resolve("hardstate");
    this.wal = path.resolve("wal");
    this.snapshots = path.resolve("snapshots");
  }

  Path path() {
    return path;
  }

  Path wal() {
    return wal;
  }

  Path snapshots() {
    return snapshots;
  }

  /** Reads whose directory it is, or makes it the given node's if it is empty. */
  Identity claim(String group, Identity identity) throws IOException {
    removeTemporary(
        identityFile.resolveSibling(identityFile.getFileName() + DurableReplace.SUFFIX));
    removeTemporary(
        hardStateFile.resolveSibling(hardStateFile.getFileName() + DurableReplace.SUFFIX));
    removeTemporary(wal.resolve(SpareSegment.SPARE));
    removeTemporary(wal.resolve(SpareSegment.LARGE));
    if (Files.exists(identityFile)) {
      // Whoever gave it its name may have died before that was durable; nothing may outlive it.
      Disk.force(path);
      return IdentityFile.read(identityFile, group, identity);
    }
    if (hasMoreThanIdentity()) {
      throw lost(identityFile, "says whose it is");
    }
    Disk.forceAbove(path);
    IdentityFile.create(identityFile, group, identity);
    return identity;
  }

  private static void removeTemporary(Path file) throws IOException {
    if (Files.deleteIfExists(file)) {
      LOG.info("{}: removed, it was not complete when the process that wrote it ended", file);
    }
  }

  /** Reads what the directory says of itself, by name, and changes nothing. */
  Map<String, String> fields() throws IOException {
    if (Files.exists(identityFile)) {
      return IdentityFile.fields(identityFile);
    }
    throw lost(identityFile, "says whose it is");
  }

  /** Whether there is any of the files of a data directory. */
  boolean isInUse() throws IOException {
    return Files.exists(identityFile) || hasMoreThanIdentity();
  }

  private boolean hasMoreThanIdentity() throws IOException {
    return Files.exists(hardStateFile) || !segments().isEmpty() || FileSnapshots.areIn(snapshots);
  }

  /** Reads term and vote, and makes them durable before anybody believes them. */
  HardState hardState(Identity identity) throws IOException {
    HardState found = readHardState(identity.incarnation());
    saveHardState(identity, found);
    return found;
  }

  /** Reads term and vote, and changes nothing. */
  HardState readHardState(UUID incarnation) throws IOException {
    boolean segments = !segments().isEmpty();
    boolean state = FileSnapshots.areIn(snapshots);
    if (!Files.exists(hardStateFile)) {
      if (segments || state) {
        throw lost(hardStateFile, "holds term and vote");
      }
      return HardState.INITIAL;
    }
    HardState found = HardStateFile.read(hardStateFile, incarnation);
    if (!segments && (state || !found.equals(HardState.INITIAL))) {
      throw new DamagedLogException(
          wal.resolve(WalFormat.fileName(1)).toString(),
          0,
          1,
          "the segments of the log are missing");
    }
    return found;
  }

  void saveHardState(Identity identity, HardState state) throws IOException {
    HardStateFile.write(hardStateFile, identity.incarnation(), state);
  }

  /** The numbers of the segments, ascending. */
  List<Long> segments() throws IOException {
    List<Long> numbers = new ArrayList<>();
    if (!Files.exists(wal)) {
      return numbers;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(wal)) {
      for (Path file : files) {
        long number = WalFormat.segmentNumber(file.getFileName().toString());
        if (number > 0) {
          numbers.add(number);
        } else {
          LOG.warn("{} is no file of the log; it stays where it is and is not read", file);
        }
      }
    }
    Collections.sort(numbers);
    return numbers;
  }

  private StorageException lost(Path file, String what) {
    return new StorageException(
        path
            + " has lost the file "
            + file.getFileName()
            + ", which "
            + what
            + ". Put it back from a copy of this same directory, or remove the node from the"
            + " cluster and add it again with an empty directory");
  }
}
