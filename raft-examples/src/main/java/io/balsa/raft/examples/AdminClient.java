package io.balsa.raft.examples;

import io.balsa.raft.core.Member;
import io.balsa.raft.core.NodeId;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What the clients of all examples can do: change the cluster while it runs.
 *
 * <ul>
 *   <li>The commands are public because picocli finds only those of a superclass that are.
 * </ul>
 */
abstract class AdminClient {
  @Mixin NodeList nodes;

  final PrintStream out;
  final PrintStream err;
  private final String name;

  AdminClient(String name, PrintStream out, PrintStream err) {
    this.name = name;
    this.out = out;
    this.err = err;
  }

  /** Prints the members. */
  @Command(description = "Prints the members of the cluster.")
  public int members() throws InterruptedException {
    return nodes.printMembers(out, err);
  }

  /** Adds a member, or moves it. */
  @Command(
      description =
          "Adds a voter, which runs with --join already; or gives a member a new address.")
  public int add(
      @Parameters(paramLabel = "ID=HOST:PORT", description = "The member.") String member,
      @Option(
              names = "--in-place-of",
              paramLabel = "ID",
              description = "Removes this member in the same step.")
          String leaving,
      @Option(names = "--learner", description = "It gets the log, but does not vote.")
          boolean learner)
      throws InterruptedException {
    List<String> wishes = new ArrayList<>();
    wishes.add((learner ? "learner=" : "add=") + text(Member.parse(member)));
    if (leaving != null) {
      wishes.add("remove=" + new NodeId(leaving).value());
    }
    return print(nodes.ask(node -> new RemoteAdmin(node).changeMembers(wishes)));
  }

  private static String text(Member member) {
    return member.id().value() + "=" + member.address();
  }

  /** Removes a member. */
  @Command(description = "Removes a member. Stop it afterwards.")
  public int remove(@Parameters(paramLabel = "ID", description = "The member.") String id)
      throws InterruptedException {
    List<String> wishes = List.of("remove=" + new NodeId(id).value());
    return print(nodes.ask(node -> new RemoteAdmin(node).changeMembers(wishes)));
  }

  /** Lets another node lead. */
  @Command(description = "Lets another voter lead.")
  public int transfer(
      @Parameters(
              paramLabel = "ID",
              arity = "0..1",
              defaultValue = "",
              description = "Who is to lead; else the best one.")
          String id)
      throws InterruptedException {
    String target = id.isEmpty() ? "" : new NodeId(id).value();
    return print(nodes.ask(node -> new RemoteAdmin(node).transfer(target)));
  }

  /** Takes snapshots. */
  @Command(description = "Takes a snapshot on each node and prints up to which index it stands.")
  public int snapshot() throws InterruptedException {
    return nodes.printEach(out, node -> new RemoteAdmin(node).snapshot());
  }

  private int print(Outcome<String> outcome) {
    return NodeList.tell(
        outcome,
        name,
        err,
        text -> {
          out.println(text);
          return ExitCode.OK;
        });
  }
}
