package io.balsa.raft;

/**
 * Something that had been synced is not what was written: not the unfinished last write of a crash,
 * which recovery cuts off by itself, but damage. Nothing was changed. The node must not vote or
 * acknowledge from such a log.
 */
public final class DamagedLogException extends StorageException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final long index;

  /**
   * Describes the damage.
   *
   * @param file the damaged file
   * @param offset where in the file the damage begins, in bytes
   * @param index the index of the first entry that can't be trusted
   * @param detail what is wrong there
   */
  public DamagedLogException(String file, long offset, long index, String detail) {
    super(
        file
            + " is damaged at offset "
            + offset
            + ", from log index "
            + index
            + " on: "
            + detail
            + ". Nothing was changed. Restore the directory from a copy of this same node, or remove the node from the"
            + " cluster and add it again with an empty directory.");
    this.file = file;
    this.offset = offset;
    this.index = index;
  }

  /**
   * The damaged file.
   *
   * @return its path
   */
  public String file() {
    return file;
  }

  /**
   * Where in the file the damage begins.
   *
   * @return an offset in bytes
   */
  public long offset() {
    return offset;
  }

  /**
   * The first entry that can't be trusted.
   *
   * @return its index in the log
   */
  public long index() {
    return index;
  }
}
