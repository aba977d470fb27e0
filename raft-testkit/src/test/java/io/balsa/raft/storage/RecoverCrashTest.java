package io.balsa.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Environment;
import io.balsa.raft.Identity;
import io.balsa.raft.LogStore;
import io.balsa.raft.Storage;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.testkit.disk.CrashStates;
import io.balsa.raft.testkit.disk.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Wherever a recovery from a lost majority is interrupted, it can be done again. */
class RecoverCrashTest {
  private static final UUID OLD = new UUID(0, 1);
  private static final UUID NEW = new UUID(0, 2);
  private static final UUID AGAIN = new UUID(0, 3);
  private static final long LAST = 20;
  private static final Identity NODE = new Identity(OLD, new NodeId("n1"), new UUID(1, 1));

  private final SimulatedDisk disk = new SimulatedDisk(new SplittableRandom(1));

  private enum Promise {
    OLD_OR_NEW,
    NEW
  }

  private static Path directory(SimulatedDisk disk) {
    return disk.root().resolve("data");
  }

  /** The last segment has no room for both entries, so that another one begins in between. */
  private static Environment environment() {
    return TestStorage.quiet(Environment.system(), 2_000);
  }

  private static LogStore open(Storage storage) throws IOException {
    return storage.open("group", NODE, environment());
  }

  private static NewGeneration generation(SimulatedDisk disk, UUID cluster) throws IOException {
    NewGeneration.Act act = new NewGeneration.Act(Instant.EPOCH, "somebody", cluster);
    return new NewGeneration(Survivor.look(directory(disk)), "host1:1", act);
  }

  private void makeLog() throws IOException {
    List<Entry> entries = new ArrayList<>();
    Configuration members =
        Configuration.of(
                List.of(
                    new Member(NODE.nodeId(), "host1:1", NODE.incarnation()),
                    Member.parse("n2=host2:2"),
                    Member.parse("n3=host3:3")))
            .withClusterId(OLD);
    entries.add(new Entry(1, 1, EntryType.CONFIGURATION, members.toBytes()));
    for (long index = 2; index <= LAST; index++) {
      entries.add(new Entry(1, index, EntryType.COMMAND, new byte[40]));
    }
    try (Storage storage = FileStorage.open(directory(disk))) {
      LogStore log = open(storage);
      log.saveHardState(new HardState(3, new NodeId("n2")));
      log.append(entries, 12);
      log.sync();
    }
  }

  @Test
  void aCrashAtAnyPointLeavesTheOldClusterOrTheNewOne() throws IOException {
    makeLog();
    CrashStates<Promise> states = CrashStates.of(disk, Promise.OLD_OR_NEW);
    generation(disk, NEW).write(environment());
    states.promise(Promise.NEW);
    int count = states.forEach(state -> check(state.disk(), state.promised()));
    assertThat(count).isGreaterThan(20);
  }

  private static void check(SimulatedDisk left, Promise promise) throws IOException {
    Survivor found = Survivor.look(directory(left));
    UUID cluster = found.configuration().clusterId();
    assertThat(cluster).isIn(promise == Promise.NEW ? List.of(NEW) : List.of(OLD, NEW));
    assertThat(found.last().index()).isIn(cluster.equals(OLD) ? List.of(LAST) : List.of(21L, 22L));
    if (cluster.equals(OLD)) {
      assertThat(found.hardState())
          .isIn(new HardState(3, new NodeId("n2")), new HardState(4, null));
    }
    generation(left, AGAIN).write(environment());
    Survivor again = Survivor.look(directory(left));
    assertThat(again.configuration().clusterId()).isEqualTo(AGAIN);
    assertThat(again.last().index()).isEqualTo(found.last().index() + 2);
    assertThat(again.last().term()).isGreaterThan(found.hardState().term());
    assertThat(again.hardState()).isEqualTo(new HardState(again.last().term(), null));
  }
}
