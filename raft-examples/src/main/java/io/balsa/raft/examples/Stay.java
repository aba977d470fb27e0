package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Keeps the cluster running and tells how to talk to it. */
final class Stay {
  private final Cluster cluster;
  private final Path directory;
  private final Narrator narrator;

  Stay(Cluster cluster, Path directory, Narrator narrator) {
    this.cluster = cluster;
    this.directory = directory;
    this.narrator = narrator;
  }

  void run() throws IOException {
    Path client = writeArguments();
    String address = cluster.nodes().get(0).place().httpAddress();
    narrator.print("");
    narrator.print("The cluster stays, until you press ^C. From another terminal:");
    narrator.print("");
    narrator.print("  java @%s status", client);
    narrator.print("  java @%s increment --by 5", client);
    narrator.print("  java @%s get", client);
    narrator.print("  curl -X POST 'http://%s/increment?by=5'", address);
    narrator.print("  curl 'http://%s/get'", address);
    narrator.print("");
    narrator.print("Kill one, and try again:");
    narrator.print("");
    for (NodeProcess node : cluster.nodes()) {
      narrator.print("  kill -9 %-8d# %s", node.pid(), node.id());
    }
    while (System.in.read() >= 0) {
      continue;
    }
  }

  /** Makes a file of arguments for java, so that the client is started by a short command. */
  private Path writeArguments() throws IOException {
    String nodes =
        String.join(",", cluster.nodes().stream().map(node -> node.place().httpAddress()).toList());
    List<String> arguments =
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-cp",
            quoted(System.getProperty("java.class.path")),
            "-D" + NodeList.PROPERTY + "=" + nodes,
            CounterClient.class.getName());
    return Files.write(directory.resolve("client"), arguments);
  }

  private static String quoted(String argument) {
    return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
