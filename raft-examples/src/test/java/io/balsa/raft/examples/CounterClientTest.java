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

/** The command-line client against nodes that answer as told. */
class CounterClientTest {
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @AfterEach
  void stop() {
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void printsTheNewValue() throws IOException {
    int code = run("increment", "--by", "5", "--nodes", node(200, "12\n"));
    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(out).hasToString("12" + System.lineSeparator());
    assertThat(requests).containsExactly("POST /increment?by=5");
  }

  @Test
  void addsOneUnlessToldOtherwise() throws IOException {
    run("--nodes", node(200, "1"), "increment");
    assertThat(requests).containsExactly("POST /increment?by=1");
  }

  @Test
  void readsTheValue() throws IOException {
    assertThat(run("get", "--nodes", node(200, "42"))).isEqualTo(ExitCode.OK);
    assertThat(out).hasToString("42" + System.lineSeparator());
  }

  @Test
  void triesTheNextNodeWhenOneIsDownOrHasNotExecutedIt() throws IOException {
    String nodes = down() + "," + node(503, "not executed: no leader") + "," + node(200, "3");
    assertThat(run("increment", "--nodes", nodes)).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("3");
    assertThat(requests).hasSize(2);
  }

  @Test
  void doesNotRepeatAnIncrementOfUnknownOutcome() throws IOException {
    String nodes = node(504, "unknown: the leader was lost") + "," + node(200, "3");
    assertThat(run("increment", "--nodes", nodes)).isEqualTo(ExitCode.UNKNOWN);
    assertThat(out.size()).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("unknown: the leader was lost", "look at the value before you repeat it");
    assertThat(requests).hasSize(1);
  }

  @Test
  void repeatsAReadElsewhere() throws IOException {
    String nodes = node(500, "unknown: oops") + "," + node(200, "3");
    assertThat(run("get", "--nodes", nodes)).isEqualTo(ExitCode.OK);
  }

  @Test
  void saysWhyNoNodeHasDoneIt() throws IOException {
    String nobody = down();
    String busy = node(503, "not executed: no leader");
    assertThat(run("increment", "--nodes", nobody + "," + busy)).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("nobody listens at " + nobody, busy + ": not executed: no leader")
        .doesNotContain("Exception");
  }

  @Test
  void printsTheStatusOfAllNodes() throws IOException {
    NodeReport report = new NodeReport("n2", "OK", "LEADER", 3, "n2", 1007, 1006, 1004);
    String nobody = down();
    int code = run("status", "--nodes", nobody + "," + node(200, report.toText()));
    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("down: nobody listens at " + nobody)
        .containsPattern("n2 +LEADER +3 +n2 +1007 +1006 +1004");
  }

  @Test
  void saysThatAllNodesAreDown() throws IOException {
    assertThat(run("status", "--nodes", down())).isEqualTo(ExitCode.FAILED);
  }

  @Test
  void noticesThatSomebodyElseListens() throws IOException {
    assertThat(run("get", "--nodes", node(200, "<html>"))).isEqualTo(ExitCode.FAILED);
    assertThat(run("status", "--nodes", node(200, "<html>"))).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("is not a node of such a cluster");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    assertThat(run("increment", "--by", "many")).isEqualTo(ExitCode.USAGE);
    assertThat(run("decrement")).isEqualTo(ExitCode.USAGE);
    assertThat(run()).isEqualTo(ExitCode.USAGE);
    assertThat(run("get", "--nodes", "no host")).isEqualTo(ExitCode.USAGE);
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
