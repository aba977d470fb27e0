package io.balsa.raft.testkit.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.LogStore;
import io.balsa.raft.RecoveredLog;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.HardState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What may be found when a log is opened after a failure: what was acknowledged, or that and a part
 * of what was under way.
 *
 * @param possible the log as it was at the last sync, and after each entry since
 * @param acknowledged the hard state that was saved
 * @param attempted the hard state whose saving was begun, or the same
 * @param commitIndex the largest commit index it was told
 */
record Promise(
    List<List<Entry>> possible, HardState acknowledged, HardState attempted, long commitIndex) {
  /** Of a directory in which nothing was done yet. */
  static final Promise NOTHING =
      new Promise(List.of(List.of()), HardState.INITIAL, HardState.INITIAL, 0);

  /** Checks what is found; gives what is promised from then on, which is exactly that. */
  Promise check(LogStore log) throws IOException {
    RecoveredLog recovered = log.recovered();
    assertThat(recovered.hardState()).isIn(acknowledged, attempted);
    List<Entry> found =
        recovered.lastIndex() == 0 ? List.of() : log.read(1, recovered.lastIndex(), Long.MAX_VALUE);
    assertThat(possible).contains(found);
    assertThat(recovered.commitIndex()).isLessThanOrEqualTo(commitIndex);
    HardState hardState = recovered.hardState();
    return new Promise(List.of(found), hardState, hardState, recovered.commitIndex());
  }

  /** What is there after the last entry. */
  List<Entry> current() {
    return possible.get(possible.size() - 1);
  }

  /** What is there for sure, unless it is overridden. */
  List<Entry> synced() {
    return possible.get(0);
  }

  Promise sync() {
    return new Promise(List.of(current()), acknowledged, attempted, commitIndex);
  }

  Promise attempt(HardState hardState) {
    return new Promise(possible, acknowledged, hardState, commitIndex);
  }

  Promise acknowledge(HardState hardState) {
    return new Promise(possible, hardState, hardState, commitIndex);
  }

  /** Any first part of the batch may be there from now on. */
  Promise append(List<Entry> batch, long commitHint) {
    List<List<Entry>> logs = new ArrayList<>(possible);
    List<Entry> log = new ArrayList<>(current());
    for (Entry entry : batch) {
      log.subList((int) entry.index() - 1, log.size()).clear();
      log.add(entry);
      logs.add(List.copyOf(log));
    }
    return new Promise(logs, acknowledged, attempted, Math.max(commitIndex, commitHint));
  }
}
