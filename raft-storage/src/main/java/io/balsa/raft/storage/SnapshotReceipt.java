package io.balsa.raft.storage;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes the bytes of a snapshot file that another node sends, one piece after the other.
 *
 * <ul>
 *   <li>Nothing is forced before all is there and good: what a crash leaves may be anything, and is
 *       verified at the end like the rest.
 *   <li>What was there when this was opened is written anew before it is forced: an earlier process
 *       may have died after its force had failed, and would make the next one succeed for nothing.
 *   <li>What was found to be wrong, or could not be forced, is given up as a whole, file included.
 * </ul>
 */
final class SnapshotReceipt implements SnapshotStore.Receipt {
  private final FileSnapshots store;
  private final Path file;
  private final Snapshot snapshot;
  private FileChannel channel;
  private long received;
  private long found;

  SnapshotReceipt(FileSnapshots store, Path file, Snapshot snapshot) throws IOException {
    this.store = store;
    this.file = file;
    this.snapshot = snapshot;
    if (Files.exists(file) && Files.size(file) <= snapshot.bytes()) {
      channel = Disk.openForWriting(file);
      found = channel.size();
      received = found;
    } else {
      channel = Disk.create(file);
    }
  }

  Snapshot snapshot() {
    return snapshot;
  }

  Path file() {
    return file;
  }

  @Override
  public long received() {
    return received;
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    store.checkOpen();
    if (bytes.length > snapshot.bytes() - received) {
      throw new StorageException(
          file
              + (" gets " + bytes.length + " bytes at offset " + received)
              + (", but was announced with " + snapshot.bytes() + " bytes"));
    }
    Disk.write(channel, ByteBuffer.wrap(bytes), received);
    received += bytes.length;
  }

  @Override
  public void verify() throws IOException {
    store.checkOpen();
    boolean good = false;
    try {
      check();
      try (FileChannel again = Disk.openForWriting(file)) {
        Disk.rewrite(again, 0, found);
      }
      channel.force(true);
      store.verified(this);
      good = true;
    } finally {
      if (!good && store.isOpen()) {
        startOver();
      }
    }
  }

  private void check() throws IOException {
    if (received < snapshot.bytes()) {
      throw new DamagedLogException(
          file.toString(), received, 1, "of " + snapshot.bytes() + " bytes not all have come");
    }
    try (SnapshotReader reader = new SnapshotReader(file)) {
      store.checkOwner(file, reader.header());
      if (!reader.snapshot().equals(snapshot)) {
        throw new DamagedLogException(
            file.toString(), 0, 1, "it is not the snapshot that was announced");
      }
      reader.verify();
    }
  }

  private void startOver() throws IOException {
    received = 0;
    found = 0;
    channel.close();
    channel = Disk.create(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
