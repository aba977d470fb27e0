package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in the logs of the nodes how one of them became the leader. */
final class RoleChanges {
  private static final Pattern LINE =
      Pattern.compile("(\\S+) INFO \\S+ (\\S+) is (\\S+) in term (\\d+), was (\\S+): (.*)");

  private final List<NodeProcess> nodes;
  private final List<Integer> seen = new ArrayList<>();

  RoleChanges(List<NodeProcess> nodes) {
    this.nodes = nodes;
    nodes.forEach(node -> seen.add(0));
  }

  /** The way of a node to leadership, from what was logged since the last call. */
  List<String> of(String id) throws IOException {
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      List<String> lines = Files.readAllLines(nodes.get(i).place().logFile());
      for (String line : lines.subList(seen.get(i), lines.size())) {
        Matcher found = LINE.matcher(line);
        if (found.matches() && found.group(2).equals(id) && isOnTheWay(found)) {
          changes.add(
              "%s  %s %s in term %s: %s"
                  .formatted(
                      found.group(1),
                      found.group(2),
                      found.group(3),
                      found.group(4),
                      found.group(6)));
        }
      }
      seen.set(i, lines.size());
    }
    return changes;
  }

  private static boolean isOnTheWay(Matcher found) {
    String role = found.group(3);
    String before = found.group(5);
    return !role.equals("FOLLOWER") && !role.equals(before);
  }
}
