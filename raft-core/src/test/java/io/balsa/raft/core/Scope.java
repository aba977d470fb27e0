package io.balsa.raft.core;

import java.util.List;

/**
 * How far a {@link Search} looks. Within it, everything that can happen does, in every order. It
 * starts as three voters that know nothing, with disks that are quick, and nothing but elections.
 */
final class Scope {
  static final int NODES = 3;

  private final String name;
  private List<String> voters = List.of("n1", "n2", "n3");
  private List<List<String>> targets = List.of();
  private boolean elected;
  private boolean slowDisks;
  private boolean oneEntry;
  private boolean exactRounds;
  private boolean narrow;
  private int maxTerm = 2;
  private int campaigns = -1;
  private int proposals;
  private int crashes;
  private int heartbeats = -1;
  private int reads;
  private int changes;

  Scope(String name) {
    this.name = name;
  }

  /** Nobody campaigns beyond. */
  Scope maxTerm(int term) {
    maxTerm = term;
    return this;
  }

  /** So many in all; without this, as many as there are terms for. */
  Scope campaigns(int count) {
    campaigns = count;
    return this;
  }

  /** So many commands in all. */
  Scope proposals(int count) {
    proposals = count;
    return this;
  }

  /** So many in all, and at most one of each node. */
  Scope crashes(int count) {
    crashes = count;
    return this;
  }

  /** So many reads in all, at any node. */
  Scope reads(int count) {
    reads = count;
    return this;
  }

  /** So many changes in all, to any of the targets, from an initial configuration. */
  Scope changes(int count, List<String> from, List<List<String>> to) {
    changes = count;
    voters = from;
    targets = to;
    return this;
  }

  /** A save takes its time; otherwise it is on disk at once. */
  Scope slowDisks() {
    slowDisks = true;
    return this;
  }

  /** A message carries one entry at most. */
  Scope oneEntryPerMessage() {
    oneEntry = true;
    return this;
  }

  /** n1 leads in term 1 already, its no-op is committed everywhere, and the wires are empty. */
  Scope fromLeader() {
    elected = true;
    return this;
  }

  /**
   * Rounds, and with them pre-votes, are as they are, and not as {@link Moves} and {@link Timeless}
   * simplify them; then heartbeats and campaigns have to be counted.
   */
  Scope exactRounds(int count) {
    exactRounds = true;
    heartbeats = count;
    campaigns = count;
    return this;
  }

  /**
   * Goes deeper at the price of breadth: denials are lost, messages to a node that has left their
   * term do not arrive, followers forget their leader at once, and a leader is silent but for
   * entries and its own next campaign. All of that could be bad luck.
   */
  Scope narrow() {
    narrow = true;
    return this;
  }

  int maxTerm() {
    return maxTerm;
  }

  List<String> voters() {
    return voters;
  }

  List<List<String>> targets() {
    return targets;
  }

  boolean isElected() {
    return elected;
  }

  boolean hasSlowDisks() {
    return slowDisks;
  }

  boolean hasExactRounds() {
    return exactRounds;
  }

  boolean isNarrow() {
    return narrow;
  }

  /** How often a kind of action may happen in all, or -1 if nobody counts. */
  int budget(Action.Kind kind) {
    return switch (kind) {
      case PROPOSE -> proposals;
      case CRASH -> crashes;
      case READ -> reads;
      case CHANGE -> changes;
      case HEARTBEAT -> heartbeats;
      case TIMEOUT, CAMPAIGN -> campaigns;
      default -> -1;
    };
  }

  RaftOptions options() {
    return new RaftOptions(3, 1, oneEntry ? 1 : 1 << 20, 4, 8 << 20);
  }

  @Override
  public String toString() {
    return name;
  }
}
