package io.balsa.raft.testkit.disk;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** 64 bits made of all that was added: two checksums that fail in different ways. */
final class Fingerprint {
  private final CRC32 one = new CRC32();
  private final CRC32C other = new CRC32C();

  void add(byte[] bytes) {
    one.update(bytes);
    other.update(bytes);
  }

  void add(long number) {
    add(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  long value() {
    return one.getValue() << 32 | other.getValue();
  }
}
