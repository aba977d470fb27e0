package io.balsa.raft.transport.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The groups that were joined on a transport, and who may talk to them. */
final class Groups {
  /**
   * What becomes of a caller.
   *
   * @param answer what to tell it
   * @param links the groups it named, in its order; empty if it is refused
   */
  record Decision(Welcome answer, List<GroupLink> links) {}

  private final Map<String, GroupLink> links = new ConcurrentHashMap<>();
  private final Security security;
  private volatile ClientDoor clients;

  Groups(Security security) {
    this.security = security;
  }

  /** Who serves clients; to be said before anybody can come. */
  void serveClients(ClientDoor door) {
    clients = door;
  }

  /** Who serves clients. */
  ClientDoor clients() {
    return clients;
  }

  boolean add(GroupLink link) {
    return links.putIfAbsent(link.group(), link) == null;
  }

  void remove(GroupLink link) {
    links.remove(link.group(), link);
  }

  /** The group with a name; null if it is not here. */
  GroupLink named(String group) {
    return links.get(group);
  }

  List<GroupLink> all() {
    return List.copyOf(links.values());
  }

  /** Judges a caller; all its groups must want it. Called on the thread of the loop. */
  Decision decide(Hello hello, Principal who) {
    if (hello.role() != Hello.PEER || hello.lane() == null) {
      return refuse(Refusal.ROLE, "this role or lane is not served here");
    }
    if (hello.minVersion() > Wire.MAX_VERSION || hello.maxVersion() < Wire.MIN_VERSION) {
      return refuse(
          Refusal.VERSION,
          "versions %d to %d are spoken here, not %d to %d"
              .formatted(
                  Wire.MIN_VERSION, Wire.MAX_VERSION, hello.minVersion(), hello.maxVersion()));
    }
    String otherName = security.objection(who, hello.node());
    if (otherName != null) {
      return refuse(Refusal.CERTIFICATE, otherName);
    }
    List<GroupLink> named = new ArrayList<>();
    for (String group : hello.groups()) {
      GroupLink link = links.get(group);
      if (link == null) {
        return refuse(Refusal.UNKNOWN_GROUP, "group " + group + " is not here");
      }
      if (!security.permits(who, Authorizer.Action.PEER, group)) {
        return refuse(Refusal.NOT_PERMITTED, who + " may not be a peer in group " + group);
      }
      Welcome refused = link.refusalFor(hello);
      if (refused != null) {
        return new Decision(refused, List.of());
      }
      named.add(link);
    }
    int version = Math.min(hello.maxVersion(), Wire.MAX_VERSION);
    return new Decision(named.get(0).welcome(version), named);
  }

  static Decision refuse(Refusal refusal, String reason) {
    return new Decision(Welcome.refused(refusal, reason), List.of());
  }
}
