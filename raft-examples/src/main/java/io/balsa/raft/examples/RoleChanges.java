package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds in the logs of the nodes how they became what they are. */
final class RoleChanges {
  private static final Pattern LINE =
      Pattern.compile("(\\S+) INFO \\S+ (\\S+) is (\\S+) in term (\\d+), was (\\S+): (.*)");

  private final List<NodeProcess> nodes;
  private final List<Integer> seen = new ArrayList<>();

  RoleChanges(List<NodeProcess> nodes) {
    this.nodes = nodes;
    nodes.forEach(node -> seen.add(0));
  }

  /** Those on the way to leadership that were not returned before, in the order of time. */
  List<String> next() throws IOException {
    List<String> changes = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      List<String> lines = Files.readAllLines(nodes.get(i).place().logFile());
      for (String line : lines.subList(seen.get(i), lines.size())) {
        Matcher found = LINE.matcher(line);
        if (found.matches() && tellsSomething(found.group(3), found.group(5))) {
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
    changes.sort(null); // each begins with the time of the day
    return changes;
  }

  private static boolean tellsSomething(String role, String before) {
    return !role.equals("FOLLOWER") && !role.equals(before);
  }
}
