package io.balsa.raft.benchmarks;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Values of 1 KiB by number, in pages of 1 MiB. Never changed: a table with another value shares
 * all but one page with this one.
 */
record Table(byte[][][] pages) {
  private static final int VALUE = 1 << 10;
  private static final int PAGE = 1 << 10;
  private static final int BUFFER = 1 << 16;

  static Table filled(int mebibytes) {
    SplittableRandom random = new SplittableRandom(1);
    byte[][][] pages = new byte[mebibytes][PAGE][VALUE];
    for (byte[][] page : pages) {
      for (byte[] value : page) {
        random.nextBytes(value);
      }
    }
    return new Table(pages);
  }

  /** Puts a value that begins with these bytes; any number stands for one of the values. */
  Table with(int number, byte[] beginning) {
    int i = Integer.remainderUnsigned(number, pages.length * PAGE);
    byte[][][] changed = pages.clone();
    changed[i / PAGE] = pages[i / PAGE].clone();
    changed[i / PAGE][i % PAGE] = Arrays.copyOf(beginning, VALUE);
    return new Table(changed);
  }

  void writeTo(OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeInt(pages.length);
    for (byte[][] page : pages) {
      for (byte[] value : page) {
        data.write(value);
      }
    }
    data.flush();
  }

  static Table read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(new BufferedInputStream(in, BUFFER));
    byte[][][] pages = new byte[data.readInt()][PAGE][VALUE];
    for (byte[][] page : pages) {
      for (byte[] value : page) {
        data.readFully(value);
      }
    }
    return new Table(pages);
  }
}
