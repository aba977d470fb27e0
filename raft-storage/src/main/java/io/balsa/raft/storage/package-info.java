/** The durable log, hard state and snapshots, kept in plain files. */
package io.balsa.raft.storage;
