package io.balsa.raft.testkit;

import io.balsa.raft.DamagedLogException;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.StorageException;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The snapshots of a log in memory: the latest, and what was received of another. What is sent is a
 * header, the image and a checksum of both.
 */
final class MemorySnapshots {
  private static final int CHECKSUM = 4;

  private Snapshot latest;

  /** What would be sent of it. */
  private byte[] content;

  private Snapshot announced;
  private byte[] received = {};

  Snapshot latest() {
    return latest;
  }

  /** Forgets what was not verified: it was in no way durable. */
  void crash() {
    announced = null;
    received = new byte[0];
  }

  private static ByteBuffer header(
      UUID id, LogPosition last, long configurationIndex, Configuration configuration) {
    byte[] members = configuration.toBytes();
    ByteBuffer bytes = ByteBuffer.allocate(44 + members.length);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    bytes.putLong(last.index()).putLong(last.term()).putLong(configurationIndex);
    return bytes.putInt(members.length).put(members).flip();
  }

  private static ByteBuffer header(Snapshot s) {
    return header(s.id(), s.last(), s.configurationIndex(), s.configuration());
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length - CHECKSUM);
    return (int) crc.getValue();
  }

  /** The store while the log is open. */
  final class Open implements SnapshotStore {
    private final Object lock;
    private boolean closed;
    private MemoryImage image;
    private MemoryReceipt receipt;
    private Snapshot verified;

    Open(Object lock) {
      this.lock = lock;
    }

    private void checkOpen() throws StorageException {
      if (closed) {
        throw new StorageException("the log is closed");
      }
    }

    void close() {
      closed = true;
    }

    @Override
    public Snapshot latest() {
      synchronized (lock) {
        return latest;
      }
    }

    @Override
    public Image create(
        UUID id, LogPosition last, long configurationIndex, Configuration configuration)
        throws StorageException {
      synchronized (lock) {
        checkOpen();
        image = new MemoryImage(new Snapshot(id, last, configurationIndex, configuration, 0));
        return image;
      }
    }

    @Override
    public Receipt receive(Snapshot snapshot) throws StorageException {
      synchronized (lock) {
        checkOpen();
        verified = null;
        if (!snapshot.equals(announced)) {
          announced = snapshot;
          received = new byte[0];
        }
        receipt = new MemoryReceipt(snapshot);
        return receipt;
      }
    }

    /** Why a snapshot can't become the latest one, null if it can. */
    private String fault(Snapshot snapshot) {
      return latest != null && latest.index() > snapshot.index()
          ? "the " + snapshot + " is older than the latest, the " + latest
          : null;
    }

    @Override
    public void activate(Snapshot snapshot) throws StorageException {
      synchronized (lock) {
        checkOpen();
        if (snapshot.equals(latest)) {
          return;
        }
        if (!snapshot.equals(verified) || fault(snapshot) != null) {
          throw new IllegalArgumentException("not verified, or " + fault(snapshot));
        }
        latest = snapshot;
        content = received;
        receipt = null;
        verified = null;
        crash();
      }
    }

    @Override
    public InputStream open(Snapshot snapshot) throws StorageException {
      synchronized (lock) {
        checkOpen();
        if (!snapshot.equals(latest)) {
          return null;
        }
        int from = header(snapshot).limit();
        return new ByteArrayInputStream(content, from, content.length - from - CHECKSUM);
      }
    }

    @Override
    public byte[] read(UUID id, long offset, int maxBytes) throws StorageException {
      synchronized (lock) {
        checkOpen();
        if (latest == null || !latest.id().equals(id)) {
          return null;
        }
        if (offset < 0 || offset > content.length) {
          throw new IllegalArgumentException("offset " + offset + " of the " + latest);
        }
        int from = (int) offset;
        return Arrays.copyOfRange(content, from, from + Math.min(maxBytes, content.length - from));
      }
    }

    private final class MemoryImage extends Image {
      private final Snapshot about;
      private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

      MemoryImage(Snapshot about) {
        this.about = about;
        bytes.writeBytes(header(about).array());
      }

      private void checkUsable() throws StorageException {
        checkOpen();
        if (image != this) {
          throw new StorageException("the image is closed, or was given up for another");
        }
      }

      @Override
      public void write(int octet) throws StorageException {
        write(new byte[] {(byte) octet}, 0, 1);
      }

      @Override
      public void write(byte[] data, int from, int length) throws StorageException {
        synchronized (lock) {
          checkUsable();
          bytes.write(data, from, length);
        }
      }

      @Override
      public Snapshot publish() throws StorageException {
        synchronized (lock) {
          checkUsable();
          if (fault(about) != null) {
            throw new StorageException(fault(about));
          }
          byte[] whole = Arrays.copyOf(bytes.toByteArray(), bytes.size() + CHECKSUM);
          ByteBuffer.wrap(whole).putInt(bytes.size(), checksum(whole));
          latest =
              new Snapshot(
                  about.id(),
                  about.last(),
                  about.configurationIndex(),
                  about.configuration(),
                  whole.length);
          content = whole;
          image = null;
          return latest;
        }
      }

      @Override
      public void close() {
        synchronized (lock) {
          if (image == this) {
            image = null;
          }
        }
      }
    }

    private final class MemoryReceipt implements Receipt {
      private final Snapshot snapshot;

      MemoryReceipt(Snapshot snapshot) {
        this.snapshot = snapshot;
      }

      private void checkUsable() throws StorageException {
        checkOpen();
        if (receipt != this) {
          throw new StorageException("the receipt is closed, or was given up for another");
        }
      }

      @Override
      public long received() {
        synchronized (lock) {
          return receipt == this ? received.length : 0;
        }
      }

      @Override
      public void write(byte[] bytes) throws StorageException {
        synchronized (lock) {
          checkUsable();
          if (bytes.length > snapshot.bytes() - received.length) {
            throw new StorageException("more bytes than the " + snapshot + " has");
          }
          int before = received.length;
          received = Arrays.copyOf(received, before + bytes.length);
          System.arraycopy(bytes, 0, received, before, bytes.length);
        }
      }

      @Override
      public void verify() throws StorageException {
        synchronized (lock) {
          checkUsable();
          byte[] whole = received;
          ByteBuffer header = header(snapshot);
          boolean good =
              whole.length == snapshot.bytes()
                  && whole.length >= header.limit() + CHECKSUM
                  && ByteBuffer.wrap(whole).limit(header.limit()).equals(header)
                  && ByteBuffer.wrap(whole).getInt(whole.length - CHECKSUM) == checksum(whole);
          if (!good) {
            received = new byte[0];
            throw new DamagedLogException("memory", 0, 1, "not what was sent as the " + snapshot);
          }
          verified = snapshot;
        }
      }

      @Override
      public void close() {
        synchronized (lock) {
          if (receipt == this) {
            receipt = null;
          }
        }
      }
    }
  }
}
