package io.balsa.raft.benchmarks;

import io.balsa.raft.SnapshotWriter;
import io.balsa.raft.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A state as large as wanted that takes no memory: made up when it is written, and only checked
 * when it is restored. An image is its number of blocks, the blocks, and their checksum.
 */
final class StreamedImage implements StateMachine {
  private static final byte[] NOTHING = {};
  private static final int BLOCK = 1 << 16;

  private final int blocks;
  private final Runnable restored;

  /** Runs {@code restored} after each restore. */
  StreamedImage(int mebibytes, Runnable restored) {
    blocks = mebibytes * ((1 << 20) / BLOCK);
    this.restored = restored;
  }

  @Override
  public byte[] apply(long index, byte[] command) {
    return NOTHING;
  }

  @Override
  public SnapshotWriter snapshot() {
    return out -> {
      SplittableRandom random = new SplittableRandom(1);
      byte[] block = new byte[BLOCK];
      CRC32C sum = new CRC32C();
      DataOutputStream data = new DataOutputStream(new CheckedOutputStream(out, sum));
      data.writeInt(blocks);
      for (int i = 0; i < blocks; i++) {
        random.nextBytes(block);
        data.write(block);
      }
      data.writeLong(sum.getValue());
      data.flush();
    };
  }

  @Override
  public void restore(InputStream image) throws IOException {
    CRC32C sum = new CRC32C();
    DataInputStream data = new DataInputStream(new CheckedInputStream(image, sum));
    byte[] block = new byte[BLOCK];
    int count = data.readInt();
    for (int i = 0; i < count; i++) {
      data.readFully(block);
    }
    long expected = sum.getValue();
    if (data.readLong() != expected || data.read() >= 0) {
      throw new IOException("the image is not what was written");
    }
    restored.run();
  }
}
