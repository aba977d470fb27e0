/** Simulation, faults and checkers, for this library and for the state machines of its users. */
module io.balsa.raft.testkit {
  requires transitive io.balsa.raft.core;
  requires transitive org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires transitive org.junit.jupiter.params;
  requires org.slf4j;

  exports io.balsa.raft.testkit;
  exports io.balsa.raft.testkit.disk;
  exports io.balsa.raft.testkit.history;
  exports io.balsa.raft.testkit.invariant;
  exports io.balsa.raft.testkit.simulation;
}
