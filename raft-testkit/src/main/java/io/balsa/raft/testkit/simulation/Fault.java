package io.balsa.raft.testkit.simulation;

/** What the world does to a cluster. */
enum Fault {
  // processes
  KILL,
  POWER_CUT,
  POWER_CUT_OF_ALL,
  CRASH_AT_A_BOUNDARY,
  RESTART_STORM,
  CLEAN_RESTART,
  PAUSE,
  SLOW_PROCESSOR,
  CLOCK_JUMP,
  // the network
  PARTITION,
  ISOLATION,
  ONE_WAY_CUT,
  PARTIAL_GRAPH,
  SWIZZLE_CLOG,
  HALF_OPEN,
  SLOW_LINK,
  RESET,
  // disks
  FAILED_WRITE,
  TORN_WRITE,
  FAILED_FORCE,
  FAILED_READ,
  BROKEN_DISK,
  FULL_DISK,
  STALLED_DISK,
  BIT_ROT,
  SECOND_OPENER,
  WRONG_DIRECTORY,
  // the application
  MACHINE_THROWS,
  MACHINE_BLOCKS
}
