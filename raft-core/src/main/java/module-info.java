/** The Raft algorithm, the runtime around it and the public API. */
module io.balsa.raft.core {
  requires org.slf4j;

  exports io.balsa.raft;
  exports io.balsa.raft.core;
}
