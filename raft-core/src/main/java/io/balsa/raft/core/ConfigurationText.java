package io.balsa.raft.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Configurations as text, one line for each member.
 *
 * <pre>
 *   cluster 6f2c...                    if it is known
 *   voter n1=host1:7000 8d1e...        with the incarnation if it is known
 *   voter n1=host1:7000 8d1e... 5      and the priority if it is not 0
 *   outgoing n2=host2:7000             a voter of the half that is being left
 *   learner n3=host3:7000
 *   rejoining n4=host4:7000            a learner that lost its disk while it was a voter
 *   next-voter n5=host5:7000           of the configuration that is being prepared
 *   next-learner n3=host3:7000
 *   next-rejoining n4=host4:7000
 * </pre>
 */
final class ConfigurationText {
  private static final String CLUSTER = "cluster ";
  private static final String VOTER = "voter";
  private static final String OUTGOING = "outgoing";
  private static final String LEARNER = "learner";
  private static final String REJOINING = "rejoining";
  private static final String NEXT = "next-";

  /** The members of one half while they are being read. */
  private static final class Half {
    final List<Member> voters = new ArrayList<>();
    final List<Member> learners = new ArrayList<>();
    final Set<NodeId> rejoining = new HashSet<>();

    boolean add(String role, Member member) {
      switch (role) {
        case VOTER -> voters.add(member);
        case LEARNER -> learners.add(member);
        case REJOINING -> {
          learners.add(member);
          rejoining.add(member.id());
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    Configuration configuration(UUID clusterId) {
      return Configuration.of(clusterId, voters, learners, rejoining);
    }
  }

  private ConfigurationText() {}

  static String write(Configuration c) {
    StringBuilder s = new StringBuilder();
    if (c.clusterId() != null) {
      s.append(CLUSTER).append(c.clusterId()).append('\n');
    }
    c.voters().forEach(m -> append(s, VOTER, m));
    c.outgoing().forEach(m -> append(s, OUTGOING, m));
    appendLearners(s, "", c);
    if (c.next() != null) {
      c.next().voters().forEach(m -> append(s, NEXT + VOTER, m));
      appendLearners(s, NEXT, c.next());
    }
    return s.toString();
  }

  private static void appendLearners(StringBuilder s, String prefix, Configuration c) {
    for (Member m : c.learners()) {
      append(s, prefix + (c.isRejoining(m.id()) ? REJOINING : LEARNER), m);
    }
  }

  private static void append(StringBuilder s, String role, Member m) {
    s.append(role).append(' ').append(m);
    if (m.incarnation() != null) {
      s.append(' ').append(m.incarnation());
    }
    if (m.priority() != 0) {
      s.append(' ').append(m.priority());
    }
    s.append('\n');
  }

  static Configuration read(String text) {
    UUID clusterId = null;
    Half half = new Half();
    Half next = null;
    List<Member> outgoing = new ArrayList<>();
    for (String line : text.split("\n")) {
      if (line.startsWith(CLUSTER)) {
        clusterId = UUID.fromString(line.substring(CLUSTER.length()));
        continue;
      }
      int blank = line.indexOf(' ');
      String role = line.substring(0, Math.max(blank, 0));
      Member member = member(line.substring(blank + 1));
      boolean isKnown;
      if (role.equals(OUTGOING)) {
        isKnown = outgoing.add(member);
      } else if (role.startsWith(NEXT)) {
        next = next == null ? new Half() : next;
        isKnown = next.add(role.substring(NEXT.length()), member);
      } else {
        isKnown = half.add(role, member);
      }
      if (!isKnown) {
        throw new IllegalArgumentException("\"" + line + "\" has no role of a member");
      }
    }
    return Configuration.decoded(
        half.configuration(clusterId),
        outgoing,
        next == null ? null : next.configuration(clusterId));
  }

  private static Member member(String text) {
    String[] words = text.split(" ", -1); // so that there is a first one, whatever the text is
    Member member = Member.parse(words[0]);
    for (int i = 1; i < words.length; i++) {
      boolean isPriority = words[i].indexOf('-') < 0;
      member =
          isPriority
              ? member.withPriority(Integer.parseInt(words[i]))
              : member.withIncarnation(UUID.fromString(words[i]));
    }
    return member;
  }
}
