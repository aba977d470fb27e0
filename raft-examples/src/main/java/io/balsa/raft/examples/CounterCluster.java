package io.balsa.raft.examples;

/** Starts three nodes of a replicated counter. */
public final class CounterCluster {
  private CounterCluster() {}

  /**
   * Runs the cluster.
   *
   * @param args options
   */
  public static void main(String[] args) {
    System.out.println("counter cluster " + String.join(" ", args));
  }
}
