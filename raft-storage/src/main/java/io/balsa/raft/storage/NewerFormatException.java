package io.balsa.raft.storage;

import io.balsa.raft.StorageException;

/** A file is of a format that this version does not know; nothing is wrong with it. */
final class NewerFormatException extends StorageException {
  private static final long serialVersionUID = 1L;

  NewerFormatException(Object file, String what) {
    super(file + " " + what + ", written by a newer version of this library; use that");
  }
}
