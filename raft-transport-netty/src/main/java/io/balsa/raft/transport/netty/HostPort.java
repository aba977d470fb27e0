package io.balsa.raft.transport.netty;

/**
 * An address as users write it: {@code host:port}, with an IPv6 address in brackets.
 *
 * @param host a name or a literal address, without brackets
 * @param port 0 to 65535
 */
record HostPort(String host, int port) {

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("address \"" + text + "\" is not host:port");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "address \"" + text + "\": an IPv6 address needs brackets, as in [::1]:7000");
    }
    if (host.isBlank() || host.chars().anyMatch(Character::isWhitespace)) {
      throw new IllegalArgumentException("address \"" + text + "\" has no valid host");
    }
    return new HostPort(host, port(text, text.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    int port = isNumber ? Integer.parseInt(digits) : -1;
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("address \"" + text + "\": the port must be 0 to 65535");
    }
    return port;
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
