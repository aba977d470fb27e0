package io.balsa.raft.testkit.invariant;

/** An invariant does not hold. What follows in the same run is worth nothing. */
public final class Violated extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  /**
   * With what there is to say.
   *
   * @param invariant the name of the invariant
   * @param evidence what was seen that must not be
   */
  public Violated(String invariant, String evidence) {
    super(invariant + ": " + evidence);
    this.invariant = invariant;
  }

  /**
   * Which invariant it is.
   *
   * @return its name
   */
  public String invariant() {
    return invariant;
  }
}
