package io.mlops4j.monitor.stream;

import java.util.Arrays;

/**
 * The simple jumper: a martingale that bets on p-values with three strategies, {@code 1 + e (p -
 * 1/2)} for e in {-1, 0, 1}, and moves a share J of its capital evenly to all of them before each
 * bet. Only shares of the capital are kept, so that it cannot vanish.
 */
final class SimpleJumper {
  private static final double ROUNDING = 1e-9;

  private final double jump;
  private final double[] shares = new double[3];

  SimpleJumper(double jump) {
    this.jump = jump;
    clear();
  }

  void clear() {
    Arrays.fill(shares, 1.0 / 3);
  }

  /** Bets on a p-value and returns the factor by which the capital grew, from 1/2 to 3/2. */
  double bet(double pValue) {
    double slope = pValue - 0.5;
    double down = jumped(shares[0]) * (1 - slope);
    double none = jumped(shares[1]);
    double up = jumped(shares[2]) * (1 + slope);
    double factor = down + none + up;
    shares[0] = down / factor;
    shares[1] = none / factor;
    shares[2] = up / factor;
    return factor;
  }

  private double jumped(double share) {
    return (1 - jump) * share + jump / 3;
  }

  void write(SnapshotWriter out) {
    out.put(shares);
  }

  void read(SnapshotReader in) {
    for (int i = 0; i < shares.length; i++) {
      shares[i] = in.positive();
    }
    double sum = shares[0] + shares[1] + shares[2];
    SnapshotReader.check(Math.abs(sum - 1) < ROUNDING, "its bets sum to " + sum);
  }
}
