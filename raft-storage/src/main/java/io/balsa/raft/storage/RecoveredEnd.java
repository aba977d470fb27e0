package io.balsa.raft.storage;

/**
 * Where the log ends: what follows in that segment is zeros.
 *
 * @param segment the last segment
 * @param size its size
 * @param offset where the next record goes
 * @param checksum the checksum of the last record, or of the header if there is none
 * @param marked whether a mark says already that everything is synced
 */
record RecoveredEnd(long segment, long size, long offset, int checksum, boolean marked) {}
