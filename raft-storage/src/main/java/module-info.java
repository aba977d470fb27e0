/** Durable storage in plain files. */
module io.balsa.raft.storage {
  requires transitive io.balsa.raft.core;

  exports io.balsa.raft.storage;
}
