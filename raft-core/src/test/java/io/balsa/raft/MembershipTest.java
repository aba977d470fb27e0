package io.balsa.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.core.Configuration;
import io.balsa.raft.core.Entry;
import io.balsa.raft.core.EntryType;
import io.balsa.raft.core.HardState;
import io.balsa.raft.core.LogPosition;
import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import io.balsa.raft.core.Raft;
import io.balsa.raft.core.RaftOptions;
import io.balsa.raft.core.RestoredState;
import io.balsa.raft.core.Snapshot;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static final NodeId SELF = new NodeId("n1");
  private static final NodeId OTHER = new NodeId("n2");
  private static final UUID CLUSTER = new UUID(7, 7);
  private static final UUID FORMER = new UUID(2, 1);
  private static final UUID PRESENT = new UUID(2, 2);

  private static final HardState HARD_STATE = new HardState(1, null);
  private static final LogPosition FIRST = new LogPosition(1, 1);

  private static final Configuration MEMBERS =
      Configuration.of(List.of(member(SELF, new UUID(1, 1)), member(OTHER, FORMER)));

  private static final List<Entry> LOG =
      List.of(new Entry(1, 1, EntryType.CONFIGURATION, MEMBERS.toBytes()));

  private static final class Store extends NoStore {
    @Override
    public Identity identity() {
      return new Identity(CLUSTER, SELF, new UUID(1, 1));
    }

    @Override
    public RecoveredLog recovered() {
      return new RecoveredLog(HARD_STATE, LogPosition.ZERO, List.of(FIRST), 1, LOG, 1);
    }

    @Override
    public SnapshotStore snapshots() {
      return new NoSnapshots() {
        @Override
        public Snapshot latest() {
          return null;
        }
      };
    }
  }

  private final Raft raft =
      new Raft(
          SELF,
          RaftOptions.defaults(),
          new RestoredState(HARD_STATE, null, LogPosition.ZERO, List.of(FIRST), 1, 1, MEMBERS, LOG),
          bound -> 0,
          null);

  private Collection<Member> peers;
  private Membership membership;

  private static Member member(NodeId id, UUID incarnation) {
    return new Member(id, id.value() + ":1").withIncarnation(incarnation);
  }

  @BeforeEach
  void start() {
    NodeLoop.Setting setting =
        new NodeLoop.Setting(
            SELF,
            "",
            MEMBERS,
            CLUSTER,
            "n1:1",
            RaftOptions.defaults(),
            1,
            Limits.forHeap(1 << 30),
            bound -> 0,
            null);
    Transport.Link link =
        new KeptPackets() {
          @Override
          public void setPeers(Collection<Member> all) {
            peers = all;
          }
        };
    membership = new Membership(setting, new Store(), link, 10);
    membership.update(raft, 0);
    assertThat(peers).containsExactly(member(OTHER, FORMER));
  }

  /** It may lead by now, and what this node lacks of the log is what would say so. */
  @Test
  void cm15_aMemberThatWasPerhapsLetInAgainIsHeardIfItHasALog() {
    membership.met(OTHER, PRESENT, true);
    membership.update(raft, 1);
    assertThat(peers).containsExactly(member(OTHER, null));
  }

  @Test
  void cm15_aMemberThatHasLostItsDiskIsNotHeard() {
    membership.met(OTHER, PRESENT, false);
    membership.update(raft, 1);
    assertThat(peers).containsExactly(member(OTHER, FORMER));
  }
}
