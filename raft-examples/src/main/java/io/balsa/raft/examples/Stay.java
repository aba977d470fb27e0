package io.balsa.raft.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Keeps the cluster running and tells how to talk to it. */
final class Stay {
  private final Cluster cluster;
  private final Path directory;
  private final Narrator narrator;
  private final Class<?> client;
  private final List<String> commands;
  private final List<String> requests;

  private Stay(
      Cluster cluster,
      Path directory,
      Narrator narrator,
      Class<?> client,
      List<String> commands,
      List<String> requests) {
    this.cluster = cluster;
    this.client = client;
    this.commands = commands;
    this.requests = requests;
    this.directory = directory;
    this.narrator = narrator;
  }

  static Stay withCounter(Cluster cluster, Path directory, Narrator narrator) {
    return new Stay(
        cluster,
        directory,
        narrator,
        CounterClient.class,
        List.of("status", "increment --by 5", "get"),
        List.of("-X POST 'http://%s/increment?by=5'", "'http://%s/get'"));
  }

  static Stay withStore(Cluster cluster, Path directory, Narrator narrator) {
    return new Stay(
        cluster,
        directory,
        narrator,
        KeyValueClient.class,
        List.of("status", "put greeting hello", "get greeting --with-version"),
        List.of("-i -X PUT -d hello 'http://%s/keys/greeting'", "-i 'http://%s/keys/greeting'"));
  }

  void run() throws IOException {
    Path arguments = writeArguments();
    String address = cluster.nodes().get(0).place().httpAddress();
    narrator.print("");
    narrator.print("The cluster stays, until you press ^C. From another terminal:");
    narrator.print("");
    commands.forEach(command -> narrator.print("  java @%s %s", arguments, command));
    requests.forEach(request -> narrator.print("  curl " + request, address));
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
    String nodes = joined(NodeProcess.Place::httpAddress);
    String members = joined(NodeProcess.Place::raftAddress);
    List<String> arguments =
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-cp",
            quoted(System.getProperty("java.class.path")),
            "-D" + NodeList.PROPERTY + "=" + nodes,
            "-D" + ClusterClient.PROPERTY + "=" + members,
            client.getName());
    return Files.write(directory.resolve("client"), arguments);
  }

  private String joined(Function<NodeProcess.Place, String> address) {
    return cluster.nodes().stream()
        .map(node -> address.apply(node.place()))
        .collect(Collectors.joining(","));
  }

  private static String quoted(String argument) {
    return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
