package io.balsa.raft.examples;

import com.sun.net.httpserver.HttpExchange;
import io.balsa.raft.RaftNode;
import io.balsa.raft.core.Configuration;
import io.balsa.raft.examples.HttpService.Answer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * How the cluster is changed while it runs, through any node. What is wanted stands in the query or
 * in the body.
 *
 * <ul>
 *   <li>{@code POST /members?add=n4=host4:7000&remove=n3} changes the members, all at once: {@code
 *       add} gives a voter, {@code learner} a learner, and both also a new address to a member.
 *   <li>{@code POST /leader?node=n2} lets that node lead, without a query the best one.
 *   <li>{@code POST /snapshot} takes a snapshot on this node, and answers its index.
 * </ul>
 */
final class AdminHttp implements HttpService.Endpoint {
  static final String MEMBERS = "/members";
  static final String LEADER = "/leader";
  static final String SNAPSHOT = "/snapshot";
  static final Set<String> CALLS = Set.of("POST " + MEMBERS, "POST " + LEADER, "POST " + SNAPSHOT);

  private static final int MAX_BODY = 4096;
  private static final String USE =
      "use POST /members?add=ID=HOST:PORT&learner=ID=HOST:PORT&remove=ID, POST /leader?node=ID, "
          + "or POST /snapshot";

  private final RaftNode node;

  AdminHttp(RaftNode node) {
    this.node = node;
  }

  /** Something that is wanted, as in {@code remove=n3}. */
  private record Wish(String name, String value) {
    static Wish parse(String text) {
      String[] parts = text.split("=", 2);
      if (parts.length < 2) {
        throw new IllegalArgumentException(USE);
      }
      return new Wish(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
  }

  @Override
  public CompletableFuture<Answer> answer(HttpExchange exchange) throws IOException {
    try {
      List<Wish> wishes = wishes(exchange);
      return switch (exchange.getRequestURI().getPath()) {
        case MEMBERS -> changeMembers(wishes);
        case LEADER -> transfer(wishes);
        default -> snapshot(wishes);
      };
    } catch (IllegalArgumentException e) {
      return Answer.of(HttpService.BAD_REQUEST, e.getMessage()).now();
    }
  }

  private static List<Wish> wishes(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw new IllegalArgumentException(USE);
    }
    List<Wish> wishes = new ArrayList<>();
    String query = exchange.getRequestURI().getRawQuery();
    for (String text :
        List.of(query == null ? "" : query, new String(body, StandardCharsets.UTF_8))) {
      for (String part : text.strip().split("[&\\s]+")) {
        if (!part.isEmpty()) {
          wishes.add(Wish.parse(part));
        }
      }
    }
    return wishes;
  }

  private CompletableFuture<Answer> changeMembers(List<Wish> wishes) {
    if (wishes.isEmpty()) {
      throw new IllegalArgumentException(USE);
    }
    UnaryOperator<Configuration> change =
        configuration -> {
          Configuration wanted = configuration;
          for (Wish wish : wishes) {
            wanted = with(wanted, wish);
          }
          return wanted;
        };
    return node.changeConfiguration(change).thenApply(done -> ok(members()));
  }

  private static Configuration with(Configuration configuration, Wish wish) {
    return switch (wish.name) {
      case "add" -> configuration.withVoter(wish.value);
      case "learner" -> configuration.withLearner(wish.value);
      case "remove" -> configuration.without(wish.value);
      default -> throw new IllegalArgumentException(USE);
    };
  }

  /** As this node has them; one that does not lead may hear of the change a little later. */
  private String members() {
    return "members, as this node knows them: " + MemberList.of(node.status().configuration());
  }

  private CompletableFuture<Answer> transfer(List<Wish> wishes) {
    if (wishes.isEmpty()) {
      return node.transferLeadership().thenApply(done -> ok("the leader has made way"));
    } else if (wishes.size() == 1 && wishes.get(0).name.equals("node")) {
      String target = wishes.get(0).value;
      return node.transferLeadership(target)
          .thenApply(done -> ok("the leader has made way for " + target));
    }
    throw new IllegalArgumentException(USE);
  }

  private CompletableFuture<Answer> snapshot(List<Wish> wishes) {
    if (!wishes.isEmpty()) {
      throw new IllegalArgumentException(USE);
    }
    return node.snapshot().thenApply(index -> ok(Long.toString(index)));
  }

  private static Answer ok(String text) {
    return Answer.of(HttpService.OK, text);
  }
}
