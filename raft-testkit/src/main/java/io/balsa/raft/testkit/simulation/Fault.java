package io.balsa.raft.testkit.simulation;

/** What the world does to a cluster. */
enum Fault {
  KILL(Where.PROCESS),
  POWER_CUT(Where.PROCESS),
  POWER_CUT_OF_ALL(Where.PROCESS),
  CRASH_AT_A_BOUNDARY(Where.PROCESS),
  RESTART_STORM(Where.PROCESS),
  POWER_STORM(Where.PROCESS),
  CLEAN_RESTART(Where.PROCESS),

  PAUSE(Where.THREADS),
  SUSPENSION(Where.THREADS),
  SLOW_PROCESSOR(Where.THREADS),
  CLOCK_JUMP(Where.THREADS),
  STALLED_DISK(Where.THREADS),
  MACHINE_THROWS(Where.THREADS),
  MACHINE_BLOCKS(Where.THREADS),

  PARTITION(Where.NETWORK),
  ISOLATION(Where.NETWORK),
  ONE_WAY_CUT(Where.NETWORK),
  PARTIAL_GRAPH(Where.NETWORK),
  SWIZZLE_CLOG(Where.NETWORK),
  HALF_OPEN(Where.NETWORK),
  SLOW_LINK(Where.NETWORK),
  RESET(Where.NETWORK),
  DISOWNED_LEADER(Where.CONSPIRACY),
  DEPOSED_LEADER(Where.CONSPIRACY),
  SPLIT_CHANGE(Where.CONSPIRACY),
  LEFT_BEHIND(Where.CONSPIRACY),

  FAILED_WRITE(Where.DISK),
  TORN_WRITE(Where.DISK),
  FAILED_FORCE(Where.DISK),
  FAILED_READ(Where.DISK),
  BROKEN_DISK(Where.DISK),
  FULL_DISK(Where.DISK),
  BIT_ROT(Where.DISK),
  MISDIRECTED_WRITE(Where.DISK),
  TRUNCATED_FILE(Where.DISK),
  SECOND_OPENER(Where.DISK),
  WRONG_DIRECTORY(Where.DISK),

  TAKE_SNAPSHOT(Where.CLUSTER),
  TRANSFER_LEADERSHIP(Where.CLUSTER),
  CHANGE_MEMBERS(Where.CLUSTER),
  LOST_DISK(Where.CLUSTER);

  /** What a fault is done to. */
  enum Where {
    PROCESS,
    THREADS,
    NETWORK,
    CONSPIRACY,
    DISK,
    CLUSTER
  }

  private final Where where;

  Fault(Where where) {
    this.where = where;
  }

  Where where() {
    return where;
  }
}
