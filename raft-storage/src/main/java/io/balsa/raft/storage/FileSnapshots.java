package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a group, each a file in a directory of their own.
 *
 * <ul>
 *   <li>A file with the name of a snapshot is a whole one: it was forced before it got the name.
 *   <li>The latest is the one with the highest position. Others are removed only when its name is
 *       there to stay.
 *   <li>A damaged one is told, never passed over for an earlier one: the log may begin behind it.
 *       It is for another one of its position, which was taken in its place.
 *   <li>Bytes are written and forced without a lock; only names are given and taken in turn.
 * </ul>
 */
final class FileSnapshots implements SnapshotStore, Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(FileSnapshots.class);

  private final Path directory;
  private final String group;

  private volatile Snapshot latest;
  private volatile boolean closed;
  private SnapshotImage image;
  private SnapshotReceipt receipt;
  private Snapshot verified;

  private FileSnapshots(Path directory, String group) {
    this.directory = directory;
    this.group = group;
  }

  /** Whether a directory, which need not be there, has snapshots. */
  static boolean areIn(Path directory) throws IOException {
    return Files.exists(directory) && files(directory).stream().anyMatch(FileSnapshots::isSnapshot);
  }

  /** Finds the latest snapshot; removes nothing before {@link #begin}. */
  static FileSnapshots find(Path directory, String group) throws IOException {
    if (Files.exists(directory)) {
      // Before it is believed: who gave it its name may have died before that was durable.
      Disk.force(directory);
    }
    return look(directory, group);
  }

  /** Finds the latest snapshot, and changes nothing. */
  static FileSnapshots look(Path directory, String group) throws IOException {
    FileSnapshots snapshots = new FileSnapshots(directory, group);
    if (Files.exists(directory)) {
      snapshots.findLatest();
    }
    return snapshots;
  }

  private void findLatest() throws IOException {
    List<Path> newest = new ArrayList<>();
    LogPosition highest = LogPosition.ZERO;
    for (Path file : files()) {
      LogPosition position = SnapshotFormat.position(name(file));
      if (position == null) {
        if (!name(file).equals(SnapshotFormat.IMAGE)) {
          LOG.warn("{} is no file of a snapshot; it stays where it is and is not read", file);
        }
      } else if (isSnapshot(file) && position.index() >= highest.index()) {
        if (!position.equals(highest)) {
          newest.clear();
        }
        newest.add(file);
        highest = position;
      }
    }
    if (!newest.isEmpty()) {
      latest = newest.size() == 1 ? read(newest.get(0)) : goodOne(newest);
    }
  }

  /**
   * One of several of the same position: a process may have died when it had replaced one that was
   * damaged, before that was removed.
   */
  private Snapshot goodOne(List<Path> newest) throws IOException {
    DamagedLogException damage = null;
    for (Path file : newest) {
      try (SnapshotReader reader = new SnapshotReader(file)) {
        reader.verify();
        return read(file);
      } catch (DamagedLogException e) {
        LOG.warn("another snapshot of the same position is looked for: {}", e.toString());
        damage = e;
      }
    }
    throw damage;
  }

  private Snapshot read(Path file) throws IOException {
    try (SnapshotReader reader = new SnapshotReader(file)) {
      checkOwner(file, reader.header());
      Snapshot snapshot = reader.snapshot();
      if (!SnapshotFormat.fileName(snapshot, SnapshotFormat.SUFFIX).equals(name(file))) {
        throw new DamagedLogException(
            file.toString(), 0, 1, "the file has the name of another snapshot");
      }
      return snapshot;
    }
  }

  void checkOwner(Path file, SnapshotHeader header) throws StorageException {
    if (!header.group().equals(group)) {
      throw new StorageException(
          file
              + (" is a snapshot of group " + header.group())
              + (", not of group " + group)
              + ". Put back the one that belongs here");
    }
  }

  /** Makes the directory, and removes what an earlier process left and nobody needs. */
  void begin() throws IOException {
    Disk.createDirectories(directory);
    Files.deleteIfExists(directory.resolve(SnapshotFormat.IMAGE));
    removeOthers();
    if (latest != null) {
      for (Path file : files()) {
        LogPosition position = SnapshotFormat.position(name(file));
        if (position != null && !isSnapshot(file) && position.index() <= latest.index()) {
          Files.delete(file);
        }
      }
    }
  }

  private List<Path> files() throws IOException {
    return files(directory);
  }

  /** All files, sorted by name. */
  private static List<Path> files(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      files.forEach(found::add);
    }
    Collections.sort(found);
    return found;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static boolean isSnapshot(Path file) {
    return name(file).endsWith(SnapshotFormat.SUFFIX);
  }

  boolean isOpen() {
    return !closed;
  }

  void checkOpen() throws StorageException {
    if (closed) {
      throw new StorageException(directory + ": the log is closed");
    }
  }

  @Override
  public Snapshot latest() {
    return latest;
  }

  @Override
  public synchronized Image create(
      UUID id, LogPosition last, long configurationIndex, Configuration configuration)
      throws IOException {
    checkOpen();
    if (image != null) {
      image.abandon();
    }
    image =
        new SnapshotImage(
            this,
            directory.resolve(SnapshotFormat.IMAGE),
            new SnapshotHeader(group, id, last, configurationIndex, configuration));
    return image;
  }

  /** Gives a durable image its name. */
  synchronized void publish(SnapshotImage written, Path file, Snapshot snapshot)
      throws IOException {
    checkOpen();
    if (image != written) {
      throw new StorageException(file + " was given up for another snapshot");
    }
    if (latest != null && latest.index() > snapshot.index()) {
      throw new StorageException(
          file + ": the " + snapshot + " is older than the latest, the " + latest);
    }
    publish(file, snapshot);
    image = null;
  }

  private void publish(Path file, Snapshot snapshot) throws IOException {
    Path target = directory.resolve(SnapshotFormat.fileName(snapshot, SnapshotFormat.SUFFIX));
    DurableReplace.publish(file, target);
    latest = snapshot;
    removeOthers();
  }

  /** What can't be removed now is at the next opening, or after the next snapshot. */
  private void removeOthers() {
    boolean replaced = false;
    try {
      for (Path file : files()) {
        boolean current =
            latest != null
                && SnapshotFormat.fileName(latest, SnapshotFormat.SUFFIX).equals(name(file));
        LogPosition position = SnapshotFormat.position(name(file));
        if (position != null && isSnapshot(file) && !current) {
          Files.delete(file);
          replaced |= latest != null && position.equals(latest.last());
        }
      }
      if (replaced) {
        // Unlike an earlier one it could be taken for the latest, were it back after a power cut.
        Disk.force(directory);
      }
    } catch (IOException e) {
      LOG.warn("{}: a snapshot that is not needed any more may still be there", directory, e);
    }
  }

  /** Removes an image that was not published. */
  synchronized void drop(SnapshotImage dropped, Path file) throws IOException {
    if (image == dropped) {
      image = null;
      if (!closed) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public synchronized Receipt receive(Snapshot snapshot) throws IOException {
    checkOpen();
    endReceipt();
    Path part = directory.resolve(SnapshotFormat.fileName(snapshot, SnapshotFormat.PART_SUFFIX));
    for (Path file : files()) {
      boolean other = !file.equals(part) && !isSnapshot(file);
      if (other && SnapshotFormat.position(name(file)) != null) {
        Files.delete(file);
      }
    }
    receipt = new SnapshotReceipt(this, part, snapshot);
    return receipt;
  }

  private void endReceipt() throws IOException {
    verified = null;
    if (receipt != null) {
      receipt.close();
    }
  }

  synchronized void verified(SnapshotReceipt checked) {
    if (receipt == checked) {
      verified = checked.snapshot();
    }
  }

  /** Why a snapshot can't be activated, null if it can. */
  synchronized String fault(Snapshot snapshot) {
    if (latest != null && latest.index() > snapshot.index()) {
      return "the " + snapshot + " is older than the latest, the " + latest;
    }
    return snapshot.equals(latest) || snapshot.equals(verified)
        ? null
        : "the " + snapshot + " was not received and verified";
  }

  @Override
  public synchronized void activate(Snapshot snapshot) throws IOException {
    checkOpen();
    if (snapshot.equals(latest)) {
      return;
    }
    Path part = receipt.file();
    // Nothing is written to it under its new name.
    endReceipt();
    publish(part, snapshot);
  }

  @Override
  public SnapshotReader open(Snapshot snapshot) throws IOException {
    checkOpen();
    if (!snapshot.equals(latest)) {
      return null;
    }
    try {
      return new SnapshotReader(file(snapshot));
    } catch (NoSuchFileException e) {
      checkIsReplaced(snapshot);
      return null;
    }
  }

  private void checkIsReplaced(Snapshot missing) throws DamagedLogException {
    if (missing.equals(latest)) {
      throw new DamagedLogException(file(missing).toString(), 0, 1, "the file is not there");
    }
  }

  private Path file(Snapshot snapshot) {
    return directory.resolve(SnapshotFormat.fileName(snapshot, SnapshotFormat.SUFFIX));
  }

  @Override
  public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
    checkOpen();
    Snapshot current = latest;
    if (current == null || !current.id().equals(id)) {
      return null;
    }
    if (offset < 0 || offset > current.bytes()) {
      throw new IllegalArgumentException("offset " + offset + " of the " + current);
    }
    try (FileChannel channel = Disk.openForReading(file(current))) {
      ByteBuffer piece = ByteBuffer.allocate((int) Math.min(maxBytes, current.bytes() - offset));
      Disk.read(channel, piece, offset);
      if (piece.hasRemaining()) {
        throw new DamagedLogException(
            file(current).toString(), channel.size(), 1, "the file is shorter than it was");
      }
      return piece.array();
    } catch (NoSuchFileException e) {
      checkIsReplaced(current);
      return null;
    }
  }

  /** Ends whatever is being written. What was received stays. */
  @Override
  public synchronized void close() throws IOException {
    closed = true;
    try {
      if (image != null) {
        image.abandon();
      }
    } finally {
      endReceipt();
    }
  }
}
