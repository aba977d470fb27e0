package io.balsa.raft.core;

import static io.balsa.raft.core.Cluster.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever a peer sends, in whatever role it finds the node: step never throws. */
class NonsenseTest {
  private static final long[] NUMBERS = {
    0, 1, 2, 3, 4, 5, -1, 1L << 62, (1L << 62) + 1, Long.MAX_VALUE, Long.MIN_VALUE
  };

  private static long number(SplittableRandom random) {
    return random.nextInt(4) == 0 ? NUMBERS[random.nextInt(NUMBERS.length)] : random.nextLong(6);
  }

  private static LogPosition position(SplittableRandom random) {
    return new LogPosition(number(random), number(random));
  }

  private static List<Entry> entries(SplittableRandom random) {
    List<Entry> entries = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      EntryType type = EntryType.values()[random.nextInt(3)];
      byte[] data =
          random.nextBoolean()
              ? new byte[random.nextInt(9)]
              : "voter n9=x:1".getBytes(StandardCharsets.UTF_8);
      entries.add(new Entry(number(random), number(random), type, data));
    }
    return entries;
  }

  private static Message message(SplittableRandom random) {
    long term = number(random);
    return switch (random.nextInt(11)) {
      case 0 -> new Message.PreVote(term, position(random), number(random));
      case 1 -> new Message.PreVoteReply(term, number(random), random.nextBoolean());
      case 2 -> new Message.RequestVote(term, position(random), random.nextBoolean());
      case 3 -> new Message.RequestVoteReply(term, random.nextBoolean());
      case 4 ->
          new Message.AppendEntries(
              term, number(random), position(random), number(random), entries(random));
      case 5 -> new Message.AppendEntriesAccepted(term, number(random), number(random));
      case 6 ->
          new Message.AppendEntriesRejected(term, number(random), number(random), position(random));
      case 7 -> new Message.ReadIndex(term, number(random));
      case 8 ->
          new Message.InstallSnapshot(
              term, number(random), snapshot(position(random), number(random)));
      case 9 -> new Message.TimeoutNow(term);
      default -> new Message.ReadIndexReply(term, number(random), number(random));
    };
  }

  private static Snapshot snapshot(LogPosition last, long configurationIndex) {
    Configuration members = Cluster.configuration("n1", "n2", "n3");
    return new Snapshot(new UUID(1, 2), last, configurationIndex, members, 100);
  }

  /** A node in each role, with a log that has a few entries. */
  private static Cluster inRole(Role role) {
    Cluster cluster = Cluster.ofFixedTimeouts("n1", "n2", "n3").restore("n1", 2, 1, 1, 2, 2);
    switch (role) {
      case FOLLOWER -> {}
      case PRE_CANDIDATE -> cluster.timeout("n1");
      case CANDIDATE -> {
        cluster.timeout("n1");
        cluster.deliver();
        cluster.deliver();
      }
      case LEADER -> cluster.elect("n1");
      case STOPPED -> {
        Raft raft = cluster.raft("n1");
        for (String leader : List.of("n2", "n3")) {
          Message m = new Message.AppendEntries(2, 1, LogPosition.ZERO, 0, List.of());
          raft.step(new Event.Received(id(leader), m));
        }
        assertThat(raft.takeEffects().failure()).contains("two leaders");
      }
      default -> throw new AssertionError(role);
    }
    assertThat(cluster.raft("n1").role()).isEqualTo(role);
    return cluster;
  }

  @Test
  void everyMessageInEveryRole() {
    LogPosition last = new LogPosition(2, 3);
    for (Role role : Role.values()) {
      long term = inRole(role).raft("n1").term();
      for (long t : new long[] {term - 1, term, term + 1}) {
        List<Message> all =
            List.of(
                new Message.PreVote(t, last, 1),
                new Message.PreVoteReply(t, 1, true),
                new Message.RequestVote(t, last),
                new Message.RequestVoteReply(t, false),
                new Message.AppendEntriesAccepted(t, 1, 3),
                new Message.AppendEntriesRejected(t, 1, 3, new LogPosition(1, 1)),
                new Message.TimeoutNow(t),
                new Message.ReadIndex(t, 1),
                new Message.ReadIndexReply(t, 1, 3),
                new Message.InstallSnapshot(t, 1, snapshot(new LogPosition(1, 9), 1)),
                new Message.AppendEntries(t, 1, new LogPosition(1, 1), 1, List.of()));
        Set<Class<?>> classes = all.stream().map(Message::getClass).collect(Collectors.toSet());
        assertThat(classes)
            .isEqualTo(
                Stream.of(Message.class.getPermittedSubclasses()).collect(Collectors.toSet()));
        for (Message m : all) {
          Raft raft = inRole(role).raft("n1");
          raft.step(new Event.Received(id("n2"), m));
          assertThat(raft.invariantsHold()).as("%s as %s", m, role).isTrue();
          assertThat(raft.takeEffects().commitIndex()).isGreaterThanOrEqualTo(1);
          if (role == Role.STOPPED) {
            assertThat(raft.role()).isEqualTo(role);
          }
        }
      }
    }
  }

  @Test
  void everyEventInEveryRole() {
    List<Event> events =
        List.of(
            new Event.Tick(),
            new Event.Propose(1, List.of(new byte[1])),
            new Event.Propose(2, List.of()),
            new Event.Read(3),
            new Event.ChangeConfiguration(
                4, Event.ChangeConfiguration.ANY, Cluster.configuration("n1", "n2")),
            new Event.TransferLeadership(5, id("n2")),
            new Event.TransferLeadership(6, null),
            new Event.PeerMet(id("n2"), Cluster.incarnation("n2", 1)),
            new Event.PeerMet(id("n9"), Cluster.incarnation("n9", 1)),
            new Event.Persisted(0),
            new Event.Persisted(99),
            new Event.Persisted(-1),
            new Event.Disconnected(id("n2")),
            new Event.Disconnected(id("n9")));
    for (Role role : Role.values()) {
      for (Event event : events) {
        Raft raft = inRole(role).raft("n1");
        raft.step(event);
        assertThat(raft.invariantsHold()).as("%s as %s", event, role).isTrue();
        raft.takeEffects();
      }
    }
  }

  /** A clash that no correct node can cause stops the group with the evidence; nothing throws. */
  @Test
  void randomGarbageInEveryRole() {
    for (Role role : Role.values()) {
      for (long seed = 0; seed < 1500; seed++) {
        SplittableRandom random = new SplittableRandom(seed);
        Raft raft = inRole(role).raft("n1");
        long term = raft.term();
        for (int i = 0; i < 40; i++) {
          NodeId from = id("n" + random.nextInt(1, 6));
          raft.step(new Event.Received(from, message(random)));
          if (random.nextInt(4) == 0) {
            raft.step(new Event.Tick());
          }
          Effects effects = raft.takeEffects();
          if (effects.save() != null && random.nextBoolean()) {
            raft.step(new Event.Persisted(effects.save().token()));
          }
          assertThat(raft.invariantsHold()).isTrue();
          assertThat(raft.term()).isBetween(term, 1L << 20);
          assertThat(raft.commitIndex()).isBetween(1L, raft.last().index());
          term = raft.term();
          if (effects.failure() != null) {
            assertThat(effects.failure()).containsAnyOf("two leaders in term", "is committed");
            assertThat(raft.role()).isEqualTo(Role.STOPPED);
          }
        }
      }
    }
  }

  @Test
  void itIsRefusedAndReported() {
    Cluster cluster = inRole(Role.FOLLOWER);
    LogPosition last = new LogPosition(2, 3);
    Entry gap = Entry.noOp(2, 5);
    Entry older = Entry.noOp(1, 4);
    Entry later = Entry.noOp(9, 4);
    Entry broken = new Entry(2, 4, EntryType.CONFIGURATION, new byte[] {1});
    List<Message> nonsense = new ArrayList<>();
    nonsense.add(new Message.RequestVote(0, last));
    nonsense.add(new Message.RequestVote(-1, last));
    nonsense.add(new Message.RequestVote(Long.MAX_VALUE, last));
    nonsense.add(new Message.RequestVote(1L << 62, last)); // the next one would be the last
    nonsense.add(new Message.RequestVote(3, new LogPosition(0, 3)));
    nonsense.add(new Message.PreVote(3, new LogPosition(3, 0), 1));
    nonsense.add(new Message.PreVote(3, new LogPosition(2, -3), 1));
    nonsense.add(new Message.AppendEntriesRejected(3, 1, 3, new LogPosition(-1, 3)));
    nonsense.add(new Message.AppendEntriesAccepted(-1, 1, 3));
    nonsense.add(new Message.AppendEntries(0, 1, LogPosition.ZERO, 0, List.of()));
    nonsense.add(new Message.AppendEntries(3, 1, new LogPosition(4, 3), 0, List.of()));
    nonsense.add(new Message.AppendEntries(3, 1, new LogPosition(1, Long.MAX_VALUE), 0, List.of()));
    byte[] blank = "voter  ".getBytes(StandardCharsets.UTF_8);
    Entry nobody = new Entry(2, 4, EntryType.CONFIGURATION, blank);
    for (Entry entry : List.of(gap, older, later, broken, nobody)) {
      nonsense.add(new Message.AppendEntries(3, 1, last, 0, List.of(entry)));
    }
    for (Message m : nonsense) {
      Effects effects = cluster.step("n1", new Event.Received(id("n2"), m));
      assertThat(effects.notable()).as("about %s", m).hasSize(1);
      assertThat(effects.notable().get(0)).isInstanceOf(Decision.Refused.class);
      assertThat(effects.messages()).isEmpty();
    }
    assertThat(cluster.raft("n1").term()).isEqualTo(2);
    assertThat(cluster.raft("n1").last()).isEqualTo(last);
  }
}
