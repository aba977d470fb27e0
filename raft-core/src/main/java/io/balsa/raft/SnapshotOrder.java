package io.balsa.raft;

import java.util.concurrent.CompletableFuture;

/** Somebody wants a snapshot now. */
record SnapshotOrder(CompletableFuture<Long> future) implements Mail {}
