package io.balsa.raft;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/** Snapshots of which nothing may be asked; for tests to override. */
class NoSnapshots implements SnapshotStore {
  @Override
  public Snapshot latest() {
    throw new AssertionError();
  }

  @Override
  public Image create(
      UUID id, LogPosition last, long configurationIndex, Configuration configuration) {
    throw new AssertionError();
  }

  @Override
  public Receipt receive(Snapshot snapshot) {
    throw new AssertionError();
  }

  @Override
  public void activate(Snapshot snapshot) {
    throw new AssertionError();
  }

  @Override
  public InputStream open(Snapshot snapshot) throws IOException {
    throw new AssertionError();
  }

  @Override
  public byte[] read(UUID id, long offset, int maxBytes) throws IOException {
    throw new AssertionError();
  }
}
