package io.balsa.raft.testkit.history;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class LongHistoriesTest {
  record Mix(String name, Function<Random, Cell.Input> f) {}

  static final List<Mix> M =
      List.of(
          new Mix("rw50", r -> r.nextBoolean() ? Cell.read() : Cell.write(r.nextInt(1000))),
          new Mix("rw small", r -> r.nextBoolean() ? Cell.read() : Cell.write(r.nextInt(5))),
          new Mix("w90", r -> r.nextInt(10) == 0 ? Cell.read() : Cell.write(r.nextInt(1000))),
          new Mix("add1", r -> r.nextInt(4) == 0 ? Cell.read() : Cell.add(1)),
          new Mix("add10", r -> r.nextInt(4) == 0 ? Cell.read() : Cell.add(r.nextInt(1, 10))),
          new Mix("add1000", r -> r.nextInt(4) == 0 ? Cell.read() : Cell.add(r.nextInt(1, 1000))),
          new Mix(
              "cas",
              r ->
                  r.nextInt(4) == 0
                      ? Cell.read()
                      : r.nextInt(4) == 0
                          ? Cell.write(r.nextInt(5))
                          : Cell.swap(r.nextInt(5), r.nextInt(5))));

  @Test
  void measure() {
    for (Mix mix : M)
      for (int unknown : new int[] {0, 30, 50})
        for (boolean mutate : new boolean[] {false, true}) {
          long max = 0, sum = 0;
          int und = 0, viol = 0, ok = 0;
          long t = System.nanoTime();
          for (int seed = 0; seed < 10; seed++) {
            Random random = new Random(seed);
            History<Cell.Input, Integer> h = new Clients(random, 8, 1000, unknown, mix.f).run();
            if (mutate) {
              int id = 700;
              while (h.operations().get(id).output() == null) id++;
              h = Clients.withOutput(h, id, h.operations().get(id).output() + 1);
            }
            var v = Linearizability.check(new Cell(), h);
            max = Math.max(max, v.explored());
            sum += v.explored();
            if (v instanceof Verdict.Undecided) und++;
            else if (v.isLinearizable()) ok++;
            else viol++;
          }
          System.out.printf(
              "%10s unknown %d mutate %b: ok %d viol %d und %d, max %d avg %d, ms/each %d%n",
              mix.name,
              unknown,
              mutate,
              ok,
              viol,
              und,
              max,
              sum / 10,
              (System.nanoTime() - t) / 10_000_000);
        }
  }
}
