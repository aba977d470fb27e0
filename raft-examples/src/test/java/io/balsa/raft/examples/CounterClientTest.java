package io.balsa.raft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the command-line client does over HTTP, against nodes that answer as told. */
class CounterClientTest {
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> bodies = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void printsTheStatusOfAllNodes() throws IOException {
    NodeReport report = report("nothing", "n2=h2:2 voter");
    String nobody = down();
    int code = run("status", "--nodes", nobody + "," + node(200, report.toText()));
    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("down: nobody listens at " + nobody)
        .containsPattern("n2 +LEADER +3 +n2 +1007 +1006 +900 +1004");
  }

  private static NodeReport report(String receiving, String members) {
    MemberList list = MemberList.parse(members);
    return new NodeReport("n2", "OK", "LEADER", 3, "n2", 1007, 1006, 900, receiving, 0, list, 1004);
  }

  @Test
  void printsASnapshotOnItsWay() throws IOException {
    NodeReport report = report("10 of 20 bytes from n1, up to index 1001", "none");
    run("status", "--nodes", node(200, report.toText()));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("receives a snapshot: 10 of 20 bytes from n1, up to index 1001");
  }

  @Test
  void printsTheMembers() throws IOException {
    NodeReport report = report("nothing", "n1=h1:1 voter, n2=h2:2 rejoining, n3=h3:3 learner");
    String nodes = down() + "," + node(200, report.toText());
    assertThat(run("members", "--nodes", nodes)).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("n1 +voter +h1:1\\R")
        .containsPattern("n2 +rejoining +h2:2\\R")
        .containsPattern("n3 +learner +h3:3\\R");
    assertThat(run("members", "--nodes", down())).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void changesTheMembersThroughOneNode() throws IOException {
    String nodes = down() + "," + node(503, "not executed: busy") + "," + node(200, "done");
    assertThat(run("add", "n4=h4:4", "--in-place-of", "n3", "--nodes", nodes))
        .isEqualTo(ExitCode.OK);
    assertThat(bodies).containsExactly("add=n4=h4:4&remove=n3", "add=n4=h4:4&remove=n3");
    bodies.clear();
    run("add", "--learner", "n4=h4:4", "--nodes", node(200, "done"));
    run("remove", "n3", "--nodes", node(200, "done"));
    run("transfer", "n2", "--nodes", node(200, "done"));
    run("transfer", "--nodes", node(200, "done"));
    assertThat(bodies).containsExactly("learner=n4=h4:4", "remove=n3", "node=n2", "");
  }

  @Test
  void doesNotRepeatAChangeOfUnknownOutcome() throws IOException {
    String nodes = node(504, "unknown: the leader was lost") + "," + node(200, "done");
    assertThat(run("remove", "n3", "--nodes", nodes)).isEqualTo(ExitCode.UNKNOWN);
    assertThat(requests).hasSize(1);
  }

  @Test
  void takesASnapshotOnEachNodeAndSaysWhereItFailed() throws IOException {
    String nodes = node(503, "not executed: disk full") + "," + node(200, "17");
    assertThat(run("snapshot", "--nodes", nodes)).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("disk full", ": 17");
  }

  @Test
  void saysThatAllNodesAreDown() throws IOException {
    assertThat(run("status", "--nodes", down())).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void noticesThatSomebodyElseListens() throws IOException {
    assertThat(run("status", "--nodes", node(200, "<html>"))).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("is not a node of such a cluster");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    assertThat(run("increment", "--by", "many")).isEqualTo(ExitCode.USAGE);
    assertThat(run("decrement")).isEqualTo(ExitCode.USAGE);
    assertThat(run("add", "n4")).isEqualTo(ExitCode.USAGE);
    assertThat(run("remove", "n 4")).isEqualTo(ExitCode.USAGE);
    assertThat(run()).isEqualTo(ExitCode.USAGE);
    assertThat(run("status", "--nodes", "no host")).isEqualTo(ExitCode.USAGE);
    assertThat(run("get", "--cluster", "no host")).isEqualTo(ExitCode.USAGE);
    assertThat(run("get", "--timeout", "0")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("\tat ");
  }

  private int run(String... args) {
    return CounterClient.run(new PrintStream(out, true), new PrintStream(err, true), args);
  }

  private String node(int code, String answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(code, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    servers.add(server);
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private static String down() throws IOException {
    return "127.0.0.1:" + FreePorts.find(1).get(0);
  }
}
