package io.balsa.raft.testkit.disk;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.SnapshotStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Snapshot;
import io.balsa.raft.storage.TestStorage;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * A snapshot that another node has, with the bytes that it sends.
 *
 * @param snapshot what it is of
 * @param bytes what is sent of it
 */
record SentSnapshot(Snapshot snapshot, byte[] bytes) {
  static final Configuration MEMBERS = Configuration.of(List.of(Member.parse("n1=host:1")));

  /** An id that tells the image, and its size. */
  static UUID id(long seed, int bytes) {
    return new UUID(seed, bytes);
  }

  /** The image of the snapshot with this id. */
  static byte[] image(UUID id) {
    byte[] image = new byte[(int) id.getLeastSignificantBits()];
    new SplittableRandom(id.getMostSignificantBits()).nextBytes(image);
    return image;
  }

  /** Writes a snapshot up to the moment before it is published. */
  static SnapshotStore.Image write(SnapshotStore store, UUID id, LogPosition last)
      throws IOException {
    SnapshotStore.Image out = store.create(id, last, 0, MEMBERS);
    out.write(image(id));
    return out;
  }

  static SentSnapshot of(UUID id, LogPosition last) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));
    Identity sender = new Identity(new UUID(1, 1), new NodeId("n2"), new UUID(3, 3));
    try (Storage storage = TestStorage.open(disk.root().resolve("n2"), 400);
        LogStore log = storage.open("group", sender, Environment.system())) {
      Snapshot snapshot = write(log.snapshots(), id, last).publish();
      return new SentSnapshot(snapshot, log.snapshots().read(id, 0, Integer.MAX_VALUE));
    }
  }
}
