package io.balsa.raft.testkit.disk;

/**
 * What a process asks a {@link SimulatedDisk} to do.
 *
 * @param kind what is to be done
 * @param path the absolute path of the file or directory; of a rename, the new one. What is done
 *     through a channel has the path by which the channel was opened
 * @param offset of a read, a write and a lock, where in the file; of a truncation, the new size; 0
 *     otherwise
 * @param length of a read and a write, how many bytes at most; 0 otherwise
 */
public record Operation(Kind kind, String path, long offset, int length) {
  /** The kinds of operations. */
  public enum Kind {
    /** A file or directory that is there is opened. */
    OPEN(false),
    /** A file is created and opened. */
    CREATE(true),
    /** A directory is created. */
    CREATE_DIRECTORY(true),
    /** A directory is listed. */
    LIST(false),
    /** Bytes are read from a file. */
    READ(false),
    /** Bytes are written to a file. */
    WRITE(true),
    /** The end of a file is cut off. */
    TRUNCATE(true),
    /** A file is forced. */
    FORCE(true),
    /** A directory is forced. */
    FORCE_DIRECTORY(true),
    /** A file or directory gets another name. */
    RENAME(true),
    /** A file or directory is removed. */
    DELETE(true),
    /** A file is locked. */
    LOCK(false);

    private final boolean change;

    Kind(boolean change) {
      this.change = change;
    }

    /**
     * Whether a power cut after such an operation may leave something else than one before it.
     *
     * @return true if it changes the disk, or what of it is durable
     */
    public boolean isChange() {
      return change;
    }
  }

  static Operation of(Kind kind, String path) {
    return new Operation(kind, path, 0, 0);
  }

  @Override
  public String toString() {
    String range = offset == 0 && length == 0 ? "" : " " + offset + "+" + length;
    return kind + " " + path + range;
  }
}
