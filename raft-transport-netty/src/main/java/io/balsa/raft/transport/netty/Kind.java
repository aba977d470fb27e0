package io.balsa.raft.transport.netty;

/**
 * The packets there are: the field of {@code Frame} that holds one, and how many plain numbers its
 * message starts with. Numbers are the fields 1 to n, all uint64, uint32 or bool; what else a
 * message has (entries, proposals, outcomes, bytes, names) are the fields after them, and so is a
 * number that was added later.
 */
enum Kind {
  PRE_VOTE(2, 4),
  PRE_VOTE_REPLY(3, 3),
  REQUEST_VOTE(4, 4),
  REQUEST_VOTE_REPLY(5, 2),
  APPEND_ENTRIES(6, 5),
  APPEND_ENTRIES_ACCEPTED(7, 3),
  APPEND_ENTRIES_REJECTED(8, 5),
  READ_INDEX(9, 3),
  READ_INDEX_REPLY(10, 3),
  PROPOSALS(11, 0),
  OUTCOMES(12, 0),
  TIMEOUT_NOW(13, 1),
  INSTALL_SNAPSHOT(14, 6),
  SNAPSHOT_PIECE(15, 2),
  SNAPSHOT_REQUEST(16, 1),
  CHANGE_CONFIGURATION(17, 2),
  TRANSFER_LEADERSHIP(18, 1);

  private static final int FIRST_FIELD = 2;
  private static final Kind[] IN_ORDER = values();

  private final int field;
  private final int numbers;

  Kind(int field, int numbers) {
    this.field = field;
    this.numbers = numbers;
  }

  int field() {
    return field;
  }

  int numbers() {
    return numbers;
  }

  /** The kind that a field of {@code Frame} holds; null if this version does not know the field. */
  static Kind ofField(int field) {
    int place = field - FIRST_FIELD;
    return place >= 0 && place < IN_ORDER.length ? IN_ORDER[place] : null;
  }
}
