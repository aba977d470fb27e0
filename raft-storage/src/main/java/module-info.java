/** Durable storage in plain files. */
module io.balsa.raft.storage {
  requires transitive io.balsa.raft.core;
  requires org.slf4j;

  exports io.balsa.raft.storage;
}
