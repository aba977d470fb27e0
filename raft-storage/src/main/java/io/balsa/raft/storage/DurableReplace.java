package io.balsa.raft.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The one way in which a small file is made or replaced.
 *
 * <ul>
 *   <li>At every instant, and after every crash, the target has its old or its new content as a
 *       whole.
 *   <li>When {@link #write} returns, it has the new content for good.
 *   <li>A file with the {@link #SUFFIX} never became visible and may be removed.
 * </ul>
 */
final class DurableReplace {
  static final String SUFFIX = ".tmp";

  private DurableReplace() {}

  static void write(Path target, byte[] content) throws IOException {
    Path temporary = target.resolveSibling(target.getFileName() + SUFFIX);
    try (FileChannel channel = Disk.create(temporary)) {
      Disk.write(channel, ByteBuffer.wrap(content), 0);
      channel.force(true);
    }
    publish(temporary, target);
  }

  /** Gives a file that was written and forced its name. */
  static void publish(Path temporary, Path target) throws IOException {
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    Disk.force(target.getParent());
  }
}
