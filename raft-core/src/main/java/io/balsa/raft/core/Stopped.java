package io.balsa.raft.core;

/** The end: an invariant is broken, and whatever the node did next could make it worse. */
final class Stopped extends RoleState {
  private static final String REASON = "the group has stopped";

  Stopped(Raft raft) {
    super(raft);
  }

  @Override
  Role role() {
    return Role.STOPPED;
  }

  @Override
  NodeId leader() {
    return null;
  }

  @Override
  boolean hearsLeader() {
    return false;
  }

  @Override
  void onTick() {}

  @Override
  void onAppendEntries(NodeId from, Message.AppendEntries m) {}

  @Override
  void onPropose(Event.Propose e) {
    raft.output.refuse(e.id(), REASON, null);
  }

  @Override
  void onTransferLeadership(Event.TransferLeadership e) {
    raft.output.refuse(e.id(), REASON, null);
  }

  @Override
  void onChangeConfiguration(Event.ChangeConfiguration e) {
    raft.output.refuse(e.id(), REASON, null);
  }
}
