package io.mlops4j.monitor.stats;

/**
 * The distribution of Mann and Whitney's U over all orders of distinct rows. The last row of an
 * order of i and j rows belongs to the first sample with probability i / (i + j), and is then above
 * all j rows of the other. All terms are positive, so small p-values keep their digits.
 */
final class RankSums {
  private RankSums() {}

  /** The work of {@link #atLeastAsFar}. */
  static double steps(double u, double n, double m) {
    return n * m * (Math.min(u, n * m - u) + 1);
  }

  /** P(U is at least as far from its middle), both sides. */
  static double atLeastAsFar(long u, int n, int m) {
    int near = (int) Math.min(u, (long) n * m - u);
    return Math.min(1, 2 * upTo(near, Math.min(n, m), Math.max(n, m)));
  }

  private static double upTo(int most, int n, int m) {
    double[][] shares = new double[n + 1][most + 1]; // of i rows and the j rows so far, by U
    for (double[] byU : shares) {
      byU[0] = 1;
    }
    for (int j = 1; j <= m; j++) {
      for (int i = 1; i <= n; i++) {
        extend(shares[i], shares[i - 1], i, j);
      }
    }
    double sum = 0;
    for (double share : shares[n]) {
      sum += share;
    }
    return sum;
  }

  /** From i and j - 1 rows to i and j, with what i - 1 and j rows have. */
  private static void extend(double[] byU, double[] fewer, int i, int j) {
    double first = i / ((double) i + j);
    double second = j / ((double) i + j);
    int reached = (int) Math.min(byU.length - 1, (long) i * j);
    for (int u = 0; u < Math.min(j, reached + 1); u++) {
      byU[u] *= second;
    }
    for (int u = j; u <= reached; u++) {
      byU[u] = first * fewer[u - j] + second * byU[u];
    }
  }
}
