package io.balsa.raft.core;

/**
 * What a node knows and does only while it has one role. Made whole when the role begins and
 * dropped when it ends. A message that is not overridden here can't concern the role: it is late.
 */
abstract sealed class RoleState permits Follower, Candidate, Leader, Stopped {
  final Raft raft;

  RoleState(Raft raft) {
    this.raft = raft;
  }

  abstract Role role();

  abstract NodeId leader();

  /**
   * Whether the node would be disturbing a working leader if it helped somebody else (section
   * 4.2.3).
   */
  abstract boolean hearsLeader();

  abstract void onTick();

  abstract void onAppendEntries(NodeId from, Message.AppendEntries m);

  /** The node has just given its vote to somebody. */
  void onVoteGranted() {}

  void onPreVoteReply(NodeId from, Message.PreVoteReply m) {}

  void onRequestVoteReply(NodeId from, Message.RequestVoteReply m) {}

  void onAccepted(NodeId from, Message.AppendEntriesAccepted m) {}

  void onRejected(NodeId from, Message.AppendEntriesRejected m) {}

  void onReadIndex(NodeId from, Message.ReadIndex m) {}

  void onReadIndexReply(NodeId from, Message.ReadIndexReply m) {}

  void onPropose(Event.Propose e) {
    raft.output.refuse(e.id(), "this node does not lead", leader());
  }

  void onChangeConfiguration(Event.ChangeConfiguration e) {
    raft.output.refuse(e.id(), "this node does not lead", leader());
  }

  void onTransferLeadership(Event.TransferLeadership e) {
    raft.output.refuse(e.id(), "this node does not lead", leader());
  }

  void onTimeoutNow(NodeId from) {}

  /** A node has said who it is; {@code again} if somebody with its id has done so before. */
  void onPeerMet(NodeId peer, boolean again) {}

  /** The last round that was started, 0 unless the node leads. */
  long round() {
    return 0;
  }

  long leaseRound() {
    return 0;
  }

  boolean asksForLease() {
    return false;
  }

  void onLeaseChecked(boolean holds) {}

  void onRead(Event.Read e) {
    raft.output.unreadable(e.id());
  }

  void onDisconnected(NodeId peer) {}

  void onInstallSnapshot(NodeId from, Message.InstallSnapshot m) {}

  /** A snapshot of the leader's has been received. */
  void onSnapshotReceived(Snapshot snapshot) {}

  /** More of the log is on disk. */
  void onPersisted() {}

  void onReconfigured() {}

  /** The role ends; whoever waits for something that only this role could give is told so. */
  void onEnd() {}

  boolean invariantsHold() {
    return true;
  }
}
