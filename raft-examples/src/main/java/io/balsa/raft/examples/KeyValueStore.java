package io.balsa.raft.examples;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Keys and their values.
 *
 * <ul>
 *   <li>A key that is put gets the index of the command as its version, so no version ever comes
 *       back, also not after a delete: who expects the version that he has read changes the value
 *       that he has read.
 *   <li>All of the state is one reference to a tree that never changes. To capture it is to keep
 *       the reference, however large it is; what is replaced meanwhile lives until the snapshot is
 *       written.
 *   <li>A restore shows the new state when all of it has been read, or keeps the old one.
 *   <li>Other threads see a state between two commands, maybe not the latest; who needs the truth
 *       reads through the node.
 * </ul>
 *
 * <p>A snapshot is a format number (u32, 1), the number of keys (u32), and for each key, ascending,
 * its length (u16), the key, its version (u64), the length of the value (u32), and the value.
 */
final class KeyValueStore implements StateMachine {
  private static final int FORMAT = 1;

  /** A value, never changed, and the version that it made. */
  record Versioned(byte[] value, long version) {
    /** A key that is not there. */
    private static final Versioned NOTHING = new Versioned(new byte[0], Change.ABSENT);

    /** The version, and then the value. */
    private byte[] encode() {
      return ByteBuffer.allocate(Long.BYTES + value.length).putLong(version).put(value).array();
    }
  }

  private volatile ImmutableTree<String, Versioned> tree = ImmutableTree.empty();

  @Override
  public byte[] apply(long index, byte[] command) {
    return apply(index, Change.decode(command)).encode();
  }

  private Receipt apply(long index, Change change) {
    if (change == null) {
      return new Receipt(Receipt.Result.GARBAGE, Change.ABSENT);
    }
    Versioned found = tree.get(change.key());
    long version = found == null ? Change.ABSENT : found.version;
    if (change.expected() != Change.ANY && change.expected() != version) {
      return new Receipt(Receipt.Result.CONFLICT, version);
    }
    if (change instanceof Change.Put put) {
      tree = tree.with(put.key(), new Versioned(put.value(), index));
      return new Receipt(Receipt.Result.DONE, index);
    }
    if (found != null) {
      tree = tree.without(change.key());
    }
    return new Receipt(Receipt.Result.DONE, version);
  }

  /** For a read through the node: the value of a key, null if it is not there. */
  Versioned get(String key) {
    return tree.get(key);
  }

  /** How many keys there are. */
  int size() {
    return tree.size();
  }

  /** All of the state; the next command makes another one. */
  ImmutableTree<String, Versioned> tree() {
    return tree;
  }

  /** The answer to a query for a key; empty if it is not there. */
  static Optional<Versioned> found(byte[] answer) {
    ByteBuffer bytes = ByteBuffer.wrap(answer);
    long version = bytes.getLong();
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);
    return version == Change.ABSENT ? Optional.empty() : Optional.of(new Versioned(value, version));
  }

  /** A query is a key. */
  @Override
  public byte[] query(byte[] query) {
    String key = Change.key(ByteBuffer.wrap(query));
    if (key == null) {
      throw new IllegalArgumentException("this is not a key");
    }
    Versioned found = tree.get(key);
    return (found == null ? Versioned.NOTHING : found).encode();
  }

  @Override
  public SnapshotWriter snapshot() {
    ImmutableTree<String, Versioned> captured = tree;
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(FORMAT);
      data.writeInt(captured.size());
      for (ImmutableTree.Node<String, Versioned> node : captured) {
        byte[] key = node.key().getBytes(StandardCharsets.UTF_8);
        data.writeShort(key.length);
        data.write(key);
        data.writeLong(node.value().version);
        data.writeInt(node.value().value.length);
        data.write(node.value().value);
      }
      data.flush();
    };
  }

  @Override
  public void restore(InputStream image) throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(image));
    check(data.readInt() == FORMAT, "its format is not " + FORMAT);
    int count = data.readInt();
    check(count >= 0, "it has " + count + " keys");
    ImmutableTree<String, Versioned> restored = ImmutableTree.of(count, new Ascending(data)::next);
    check(data.read() < 0, "it goes on after the last key");
    tree = restored;
  }

  private static void check(boolean holds, String fault) throws IOException {
    if (!holds) {
      throw new IOException("this is not a snapshot of a key-value store: " + fault);
    }
  }

  /** The keys of a snapshot, one after the other. */
  private static final class Ascending {
    private final DataInputStream data;
    private String before = "";

    Ascending(DataInputStream data) {
      this.data = data;
    }

    ImmutableTree.Node<String, Versioned> next() throws IOException {
      String key = Change.key(ByteBuffer.wrap(bytes(data.readUnsignedShort())));
      check(key != null && key.compareTo(before) > 0, "its keys do not ascend");
      before = key;
      long version = data.readLong();
      check(version > Change.ABSENT, "a key has version " + version);
      int length = data.readInt();
      check(length >= 0 && length <= Change.MAX_VALUE, "a value has " + length + " bytes");
      return new ImmutableTree.Node<>(key, new Versioned(bytes(length), version), null, null);
    }

    private byte[] bytes(int length) throws IOException {
      byte[] bytes = new byte[length];
      data.readFully(bytes);
      return bytes;
    }
  }
}
