package io.balsa.raft.core;

/**
 * What an entry of the log is for. The order of the constants is part of the file and wire formats.
 */
public enum EntryType {
  /** A command for the state machine. */
  COMMAND,
  /**
   * The empty entry a leader appends at the start of its term (section 3.6.2), or a note for
   * people.
   */
  NO_OP,
  /** A {@link Configuration}, which takes effect as soon as it is in the log (chapter 4). */
  CONFIGURATION,
  /** The beginning or the end of a client's session, or a command in it (section 6.3). */
  SESSION;

  private static final EntryType[] BY_CODE = values();

  /**
   * The code of this type in files and on the wire.
   *
   * @return a small number, never reused
   */
  public int code() {
    return ordinal();
  }

  /**
   * The type with this code.
   *
   * @param code what {@link #code()} gave
   * @return the type, or null if this version does not know the code
   */
  public static EntryType ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }
}
