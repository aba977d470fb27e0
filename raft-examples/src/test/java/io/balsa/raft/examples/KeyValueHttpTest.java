package io.balsa.raft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.balsa.raft.RaftNode;
import io.balsa.raft.storage.FileStorage;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of a cluster of one, over HTTP and from the command line. */
class KeyValueHttpTest {
  @TempDir private Path directory;
  private final HttpClient http = RemoteNode.httpClient();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private RaftNode node;
  private HttpService service;
  private String address;
  private String raft;

  @BeforeEach
  void start() throws Exception {
    HttpServer server = HttpService.bind(0);
    address = "127.0.0.1:" + server.getAddress().getPort();
    raft = "127.0.0.1:" + FreePorts.find(1).get(0);
    KeyValueStore store = new KeyValueStore();
    node =
        RaftNode.builder("n1", store)
            .group(KeyValueNode.GROUP)
            .members("n1=" + raft)
            .storage(FileStorage.open(directory))
            .transport(NettyTransport.insecure(raft))
            .electionTimeout(Duration.ofMillis(100))
            .start();
    service = HttpService.start(server, node, store::size, new KeyValueHttp(node, store));
  }

  @AfterEach
  void stop() {
    node.close();
    service.close();
  }

  @Test
  void putsReadsAndDeletesAKey() throws Exception {
    HttpResponse<String> put = send(request("/keys/a").PUT(BodyPublishers.ofString("one")));
    assertThat(put.statusCode()).isEqualTo(200);
    HttpResponse<String> get = send(request("/keys/a"));
    assertThat(get.statusCode()).isEqualTo(200);
    assertThat(get.body()).isEqualTo("one");
    assertThat(etag(get)).isEqualTo(etag(put)).matches("\"\\d+\"");
    HttpResponse<String> delete = send(request("/keys/a").DELETE());
    assertThat(delete.statusCode()).isEqualTo(200);
    assertThat(send(request("/keys/a")).statusCode()).isEqualTo(404);
    assertThat(send(request("/keys/a").DELETE()).statusCode()).isEqualTo(404);
  }

  @Test
  void changesAKeyOnCondition() throws Exception {
    HttpRequest.Builder create = request("/keys/a").header("If-None-Match", "*");
    HttpResponse<String> first = send(create.copy().PUT(BodyPublishers.ofString("1")));
    assertThat(first.statusCode()).isEqualTo(200);
    HttpResponse<String> again = send(create.PUT(BodyPublishers.ofString("2")));
    assertThat(again.statusCode()).isEqualTo(412);
    assertThat(etag(again)).isEqualTo(etag(first));
    HttpRequest.Builder match = request("/keys/a").header("If-Match", etag(first));
    assertThat(send(match.copy().PUT(BodyPublishers.ofString("3"))).statusCode()).isEqualTo(200);
    assertThat(send(match.copy().PUT(BodyPublishers.ofString("4"))).statusCode()).isEqualTo(412);
    assertThat(send(match.DELETE()).statusCode()).isEqualTo(412);
    assertThat(send(request("/keys/a")).body()).isEqualTo("3");
    HttpResponse<String> absent =
        send(request("/keys/b").header("If-Match", "\"1\"").PUT(BodyPublishers.ofString("5")));
    assertThat(absent.statusCode()).isEqualTo(412);
    assertThat(absent.headers().firstValue("ETag")).isEmpty();
  }

  @Test
  void readsInEachWay() throws Exception {
    HttpResponse<String> put = send(request("/keys/a").PUT(BodyPublishers.ofString("one")));
    String token = put.headers().firstValue("Read-Token").orElseThrow();
    assertThat(send(request("/keys/a?by=lease")).body()).isEqualTo("one");
    assertThat(send(request("/keys/a?after=" + token)).body()).isEqualTo("one");
    HttpResponse<String> stale = send(request("/keys/a?by=luck"));
    assertThat(stale.body()).isEqualTo("one");
    assertThat(stale.headers().firstValue("Read-Age").orElseThrow()).matches("\\d+|unknown");
    assertThat(send(request("/keys/b?by=luck")).statusCode()).isEqualTo(404);
    String ofAnother = "after=00000000-0000-0000-0000-000000000001@1";
    for (String how : new String[] {"by=chance", "after=", "after=x@1", ofAnother, "lease"}) {
      assertThat(send(request("/keys/a?" + how)).statusCode()).as(how).isEqualTo(400);
    }
  }

  @Test
  void keysAreAnyText() throws Exception {
    for (String key : new String[] {"a/b", "a b+c", "ü€𝄞", "%2F", "?&#"}) {
      RemoteStore store = store();
      assertThat(store.put(key, key.getBytes(UTF_8), Change.ANY))
          .isInstanceOf(Outcome.Executed.class);
      assertThat(store.get(key))
          .isInstanceOfSatisfying(
              Outcome.Executed.class,
              e -> assertThat(e.value().toString()).as(key).contains("Versioned"));
    }
  }

  @Test
  void anEmptyValueIsAValue() throws Exception {
    send(request("/keys/a").PUT(BodyPublishers.noBody()));
    HttpResponse<String> get = send(request("/keys/a"));
    assertThat(get.statusCode()).isEqualTo(200);
    assertThat(get.body()).isEmpty();
  }

  @Test
  void refusesWhatIsTooLargeOrMakesNoSense() throws Exception {
    byte[] largest = new byte[Change.MAX_VALUE];
    assertThat(send(request("/keys/a").PUT(BodyPublishers.ofByteArray(largest))).statusCode())
        .isEqualTo(200);
    byte[] larger = new byte[Change.MAX_VALUE + 1];
    HttpResponse<String> tooLarge =
        send(request("/keys/a").PUT(BodyPublishers.ofByteArray(larger)));
    assertThat(tooLarge.statusCode()).isEqualTo(413);
    assertThat(tooLarge.body()).contains("at most");
    assertThat(send(request("/keys/" + "k".repeat(1025))).statusCode()).isEqualTo(400);
    assertThat(send(request("/keys/")).statusCode()).isEqualTo(400);
    assertThat(send(request("/keys/%ff")).statusCode()).isEqualTo(400);
    assertThat(send(request("/other")).statusCode()).isEqualTo(400);
    assertThat(send(request("/keys/a").POST(BodyPublishers.noBody())).statusCode()).isEqualTo(400);
    for (String version : new String[] {"1", "\"x\"", "\"-1\"", "*", "\"9999999999999999999\""}) {
      HttpRequest.Builder bad = request("/keys/a").header("If-Match", version);
      assertThat(send(bad.DELETE()).statusCode()).as(version).isEqualTo(400);
    }
  }

  @Test
  void tellsItsMembersAndSnapshotAndTakesOne() throws Exception {
    send(request("/keys/a").PUT(BodyPublishers.ofString("1")));
    HttpResponse<String> snapshot = send(request("/snapshot").POST(BodyPublishers.noBody()));
    assertThat(snapshot.statusCode()).isEqualTo(200);
    assertThat(send(request("/status")).body())
        .contains("snapshotIndex: " + snapshot.body(), "receiving: nothing")
        .containsPattern("members: n1=127.0.0.1:\\d+ voter\n");
  }

  @Test
  void saysWhyTheMembersStayAsTheyAre() throws Exception {
    HttpResponse<String> last = send(post("/members?remove=n1"));
    assertThat(last.statusCode()).isEqualTo(400);
    assertThat(send(post("/members?remove=n9")).body()).contains("n9 is not a member");
    assertThat(send(post("/members")).statusCode()).isEqualTo(400);
    assertThat(send(post("/members?add")).body()).contains("use POST /members?add=");
    assertThat(send(post("/members?rename=n1")).statusCode()).isEqualTo(400);
    HttpRequest.Builder large = request("/members");
    HttpResponse<String> tooLarge =
        send(large.POST(BodyPublishers.ofString("remove=" + "n".repeat(5_000))));
    assertThat(tooLarge.statusCode()).isEqualTo(400);
    assertThat(send(request("/members")).statusCode()).isEqualTo(400);
  }

  @Test
  void saysWhyAnotherNodeDoesNotLead() throws Exception {
    send(request("/keys/a").PUT(BodyPublishers.ofString("1")));
    HttpResponse<String> nobody = send(post("/leader?node=n9"));
    assertThat(nobody.statusCode()).isEqualTo(503);
    assertThat(nobody.body()).contains("not executed: there is no other voter");
    assertThat(send(post("/leader?id=n9")).statusCode()).isEqualTo(400);
    assertThat(send(post("/leader?node=a%20b")).statusCode()).isEqualTo(400);
  }

  @Test
  void addsALearnerThatIsNotThere() throws Exception {
    send(request("/keys/a").PUT(BodyPublishers.ofString("1")));
    HttpRequest.Builder add = request("/members");
    HttpResponse<String> added =
        send(add.POST(BodyPublishers.ofString("learner=n2=127.0.0.1:1\n")));
    assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
    assertThat(added.body()).contains("n2=127.0.0.1:1 learner");
    assertThat(send(post("/members?remove=n2")).body()).doesNotContain("n2=");
  }

  private HttpRequest.Builder post(String path) {
    return request(path).POST(BodyPublishers.noBody());
  }

  @Test
  void aClosedNodeSaysSoAndThatNothingWasExecuted() throws Exception {
    send(request("/keys/a").PUT(BodyPublishers.ofString("1")));
    node.close();
    HttpResponse<String> put = send(request("/keys/a").PUT(BodyPublishers.ofString("2")));
    assertThat(put.statusCode()).isEqualTo(410);
    assertThat(put.body()).contains("closed, not executed");
    assertThat(store().get("a")).isInstanceOf(Outcome.NotExecuted.class);
    assertThat(send(request("/status")).body()).contains("health: CLOSED", "value: 1");
  }

  @Test
  void theCommandLineDoesTheSame() {
    assertThat(run("put", "a", "one")).isEqualTo(ExitCode.OK);
    String version = out.toString(UTF_8).strip();
    assertThat(run("get", "a")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(UTF_8)).isEqualToNormalizingNewlines("one\n");
    run("get", "a", "--with-version");
    assertThat(out.toString(UTF_8)).isEqualToNormalizingNewlines(version + " one\n");
    assertThat(run("cas", "a", "0", "two")).isEqualTo(ExitCode.CONFLICT);
    assertThat(err.toString(UTF_8)).contains("the key has version " + version);
    assertThat(run("cas", "a", version, "two")).isEqualTo(ExitCode.OK);
    assertThat(run("cas", "b", "7", "two")).isEqualTo(ExitCode.CONFLICT);
    assertThat(err.toString(UTF_8)).contains("there is no such key");
    assertThat(run("cas", "b", "0", "two")).isEqualTo(ExitCode.OK);
    assertThat(run("status")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(UTF_8)).contains("keys").containsPattern("n1 +LEADER .* 2\\R");
    assertThat(run("members")).isEqualTo(ExitCode.OK);
    assertThat(out.toString(UTF_8)).containsPattern("n1 +voter +127\\.0\\.0\\.1:\\d+\\R");
    assertThat(run("snapshot")).isEqualTo(ExitCode.OK);
    assertThat(run("remove", "n1")).isEqualTo(ExitCode.FAILED);
    assertThat(run("transfer", "n9")).isEqualTo(ExitCode.FAILED);
    assertThat(run("delete", "a", "--version", version)).isEqualTo(ExitCode.CONFLICT);
    assertThat(run("delete", "a")).isEqualTo(ExitCode.OK);
    assertThat(run("get", "a")).isEqualTo(ExitCode.CONFLICT);
    assertThat(run("delete", "a")).isEqualTo(ExitCode.CONFLICT);
  }

  @Test
  void theCommandLineRefusesWhatMakesNoSense() {
    assertThat(run("put", "", "x")).isEqualTo(ExitCode.USAGE);
    assertThat(run("put", "a", "x".repeat(Change.MAX_VALUE + 1))).isEqualTo(ExitCode.USAGE);
    assertThat(run("cas", "a", "-1", "x")).isEqualTo(ExitCode.USAGE);
    assertThat(run("cas", "a", "one", "x")).isEqualTo(ExitCode.USAGE);
    assertThat(run("increment")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(UTF_8)).doesNotContain("\tat ");
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    String[] all = java.util.Arrays.copyOf(args, args.length + 2);
    all[args.length] = "--nodes=" + address;
    all[args.length + 1] = "--cluster=" + raft;
    return KeyValueClient.run(new PrintStream(out, true), new PrintStream(err, true), all);
  }

  private RemoteStore store() {
    return new RemoteStore(new RemoteNode(address, http, RemoteNode.PATIENCE));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static String etag(HttpResponse<String> response) {
    return response.headers().firstValue("ETag").orElseThrow();
  }
}
