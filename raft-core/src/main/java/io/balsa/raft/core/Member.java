package io.balsa.raft.core;

import java.util.UUID;

/**
 * A member of a configuration: who it is and where it is.
 *
 * @param id the node
 * @param address where it listens, {@code host:port}, with an IPv6 address in brackets
 * @param incarnation which of the nodes that ever had this id: one that lost its directory is not
 *     the one it was. Null as long as it is not known.
 * @param priority how gladly it is seen as leader, 0 to 100, usually 0: a leader makes way for a
 *     voter of higher priority that has everything it has. Who is elected does not depend on it.
 */
public record Member(NodeId id, String address, UUID incarnation, int priority) {
  private static final int MAX_PRIORITY = 100;
  private static final int MAX_ADDRESS_LENGTH = 255;

  /**
   * Checks address and priority.
   *
   * @throws IllegalArgumentException if the priority is not 0 to 100, or if the address is not
   *     {@code host:port} with a port from 1 to 65535, or has an IPv6 address that is not in
   *     brackets
   */
  public Member {
    int colon = address.lastIndexOf(':');
    if (colon < 1 || address.length() > MAX_ADDRESS_LENGTH || hasBlank(address)) {
      throw new IllegalArgumentException(
          "address \"" + address + "\" of node " + id + " is not host:port");
    }
    if (!isPort(address.substring(colon + 1))) {
      throw new IllegalArgumentException(
          "address \"" + address + "\" of node " + id + ": the port must be 1 to 65535");
    }
    String host = address.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.equals("[]") || !bracketed && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          ("address \"" + address + "\" of node " + id)
              + ": an IPv6 address needs brackets, as in [::1]:7000");
    }
    if (priority < 0 || priority > MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "priority " + priority + " of node " + id + " is not 0 to " + MAX_PRIORITY);
    }
  }

  /**
   * A member of no special priority.
   *
   * @param id the node
   * @param address where it listens
   * @param incarnation which of the nodes that ever had this id, or null
   */
  public Member(NodeId id, String address, UUID incarnation) {
    this(id, address, incarnation, 0);
  }

  /**
   * A member whose incarnation is not known yet.
   *
   * @param id the node
   * @param address where it listens
   */
  public Member(NodeId id, String address) {
    this(id, address, null);
  }

  /**
   * This member, with an incarnation.
   *
   * @param known the incarnation
   * @return the member
   */
  public Member withIncarnation(UUID known) {
    return new Member(id, address, known, priority);
  }

  /**
   * This member, with a priority.
   *
   * @param wanted 0 to 100
   * @return the member
   * @throws IllegalArgumentException if it is something else
   */
  public Member withPriority(int wanted) {
    return new Member(id, address, incarnation, wanted);
  }

  /** Whether this is another node than one that has, or had, the same id. */
  boolean isOtherThan(Member member) {
    return incarnation != null
        && member.incarnation != null
        && !incarnation.equals(member.incarnation);
  }

  /**
   * Reads {@code id=host:port}.
   *
   * @param text the member as written by a user
   * @return the member
   * @throws IllegalArgumentException if the text is something else, saying what is wrong with it
   */
  public static Member parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException("member \"" + text + "\" is not id=host:port");
    }
    return new Member(new NodeId(text.substring(0, equals)), text.substring(equals + 1));
  }

  private static boolean hasBlank(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == '=' || Character.isWhitespace(c)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPort(String text) {
    if (text.isEmpty() || text.length() > 5) {
      return false;
    }
    int port = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
      port = 10 * port + (c - '0');
    }
    return port >= 1 && port <= 65_535;
  }

  @Override
  public String toString() {
    return id + "=" + address;
  }
}
