package io.balsa.raft.examples;

import io.balsa.raft.core.Configuration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Who is in a cluster, as it travels from a node to its clients: {@code n1=host1:7000 voter, ...},
 * or "none" for a node that belongs to no cluster yet.
 *
 * @param all the members, the voters first
 */
record MemberList(List<Member> all) {
  private static final String NONE = "none";
  private static final String SEPARATOR = ", ";

  /** What a member is. */
  enum Kind {
    /** It votes and is counted. */
    VOTER,

    /** It gets the log and is not counted. */
    LEARNER,

    /** It lost its disk, gets the log anew, and is a voter again by itself when it has it. */
    REJOINING,

    /** It becomes a voter when it has caught up. */
    JOINING,

    /** It is a voter until the change under way is over. */
    LEAVING;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A member. */
  record Member(String id, String address, Kind kind) {
    private static Member parse(String text) {
      String[] parts = text.split("[= ]", 3);
      if (parts.length < 3) {
        throw new IllegalArgumentException("this is no member: " + text);
      }
      return new Member(parts[0], parts[1], Kind.valueOf(parts[2].toUpperCase(Locale.ROOT)));
    }

    @Override
    public String toString() {
      return id + "=" + address + " " + kind.word();
    }

    private String toJson() {
      return "{\"id\": \"%s\", \"address\": \"%s\", \"kind\": \"%s\"}"
          .formatted(id, address, kind.word());
    }
  }

  static MemberList of(Configuration configuration) {
    List<Member> all = new ArrayList<>();
    add(all, configuration.voters(), Kind.VOTER);
    add(all, configuration.outgoing(), Kind.LEAVING);
    for (io.balsa.raft.core.Member member : configuration.learners()) {
      boolean rejoins = configuration.isRejoining(member.id());
      add(all, List.of(member), rejoins ? Kind.REJOINING : Kind.LEARNER);
    }
    if (configuration.next() != null) {
      add(all, configuration.next().voters(), Kind.JOINING);
    }
    return new MemberList(List.copyOf(all));
  }

  /** A member is listed once. */
  private static void add(
      List<Member> all, Collection<io.balsa.raft.core.Member> members, Kind kind) {
    for (io.balsa.raft.core.Member member : members) {
      String id = member.id().value();
      if (all.stream().noneMatch(m -> m.id.equals(id))) {
        all.add(new Member(id, member.address(), kind));
      }
    }
  }

  /** The inverse of {@link #toString()}. */
  static MemberList parse(String text) {
    return text.equals(NONE)
        ? new MemberList(List.of())
        : new MemberList(Arrays.stream(text.split(SEPARATOR)).map(Member::parse).toList());
  }

  boolean contains(String id) {
    return all.stream().anyMatch(member -> member.id.equals(id));
  }

  boolean isVoter(String id) {
    return all.stream().anyMatch(m -> m.id.equals(id) && m.kind == Kind.VOTER);
  }

  /** Whether the voters are these, and there is nobody else. */
  boolean areVoters(List<String> ids) {
    return all.size() == ids.size() && ids.stream().allMatch(this::isVoter);
  }

  String toJson() {
    return all.stream().map(Member::toJson).collect(Collectors.joining(SEPARATOR, "[", "]"));
  }

  @Override
  public String toString() {
    return all.isEmpty()
        ? NONE
        : all.stream().map(Member::toString).collect(Collectors.joining(SEPARATOR));
  }
}
