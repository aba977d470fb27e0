package io.balsa.raft.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.Identity;
import io.balsa.raft.Packet;
import io.balsa.raft.Transport;
import io.balsa.raft.core.Message;
import io.balsa.raft.core.NodeId;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A receiver that keeps everything, probes apart, for a test to look at. */
final class Inbox implements Transport.Receiver {
  /** The number of a packet that only tries whether there is a way. */
  static final long PROBE = 0x70726f62653fL;

  private static final int PATIENCE_SECONDS = 20;

  /**
   * A packet and who sent it.
   *
   * @param from the sender
   * @param packet the packet
   */
  record Received(NodeId from, Packet packet) {}

  final BlockingQueue<Received> packets = new LinkedBlockingQueue<>();

  /**
   * A node that has said who it is.
   *
   * @param node the node
   * @param incarnation its incarnation
   * @param formed whether it has a log
   */
  record Met(NodeId node, UUID incarnation, boolean formed) {}

  final Queue<Met> met = new ConcurrentLinkedQueue<>();
  final BlockingQueue<NodeId> losses = new LinkedBlockingQueue<>();

  @Override
  public void received(NodeId from, Packet packet) {
    if (!isProbe(packet)) {
      packets.add(new Received(from, packet));
    }
  }

  private static boolean isProbe(Packet packet) {
    if (packet instanceof Packet.Proposals p) {
      return p.proposals().size() == 1 && p.proposals().get(0).id() == PROBE;
    }
    return packet instanceof Packet.Raft raft
        && raft.message() instanceof Message.AppendEntries m
        && m.round() == PROBE;
  }

  @Override
  public void met(NodeId node, UUID incarnation, boolean formed) {
    met.add(new Met(node, incarnation, formed));
  }

  boolean hasMet(Identity other, boolean formed) {
    return met.contains(new Met(other.nodeId(), other.incarnation(), formed));
  }

  @Override
  public void disconnected(NodeId peer) {
    losses.add(peer);
  }

  Received next() {
    return within(packets);
  }

  NodeId nextLoss() {
    return within(losses);
  }

  private static <T> T within(BlockingQueue<T> queue) {
    try {
      T item = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(item).as("nothing came").isNotNull();
      return item;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
