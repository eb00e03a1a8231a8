package io.mlops4j.monitor.stats;

/**
 * Upper tails of the two-sample Cramér-von Mises statistic.
 *
 * <p><b>Exact.</b> Like in {@link KolmogorovDistribution}, among all orders of the pooled rows a
 * walk came to (i, j) from (i - 1, j) with probability i/(i + j). Along a walk the squared
 * differences add up in whole steps. The distribution of the sum is kept below the observed sum,
 * and the share at or above it, from positive terms only.
 *
 * <p><b>Limit.</b> Smirnov's integrals, one for each second gap between the multiples of pi: {@code
 * 2/pi sum (-1)^(j+1)} of the integral of {@code exp(-T u^2 / 2) / sqrt(-u sin u)} over u from (2j
 * - 1) pi to 2 j pi. With u = (2j - 1) pi + pi (1 - cos t) / 2 the integrand is smooth and
 * periodic, so a few equidistant nodes give all digits.
 */
final class CramerVonMisesDistribution {
  /** The most values that a distribution may have. More would take too much memory and time. */
  private static final long MOST_VALUES = 100_000_000;

  private static final int NODES = 48;

  private CramerVonMisesDistribution() {}

  /** P(T >= statistic) by the moments of untied rows, as SciPy computes it with ties too. */
  static double untied(double statistic, TiedRuns runs) {
    return standardised(statistic, meanOfUntied(runs.rows()), varianceOfUntied(runs));
  }

  /** P(T >= statistic) by the moments that T has over all orders of these ties. */
  static double tied(double statistic, TiedRuns runs) {
    return standardised(
        statistic,
        meanOfTied(runs),
        varianceOfTied(runs) / limitOfUntied(runs.rows()) * varianceOfUntied(runs));
  }

  /** A variance of 0 belongs to a statistic with a single possible value. */
  private static double standardised(double statistic, double mean, double variance) {
    return variance > 0 ? limit(1.0 / 6 + (statistic - mean) / Math.sqrt(45 * variance)) : 1;
  }

  private static double meanOfUntied(double rows) {
    return (1 + 1 / rows) / 6;
  }

  /** Anderson 1962. */
  private static double varianceOfUntied(TiedRuns runs) {
    double n = runs.reference();
    double m = runs.current();
    double rows = runs.rows();
    return (rows + 1)
        / rows
        * ((4 * n * m * rows - 3 * (n * n + m * m) - 2 * n * m) / (180 * rows * n * m));
  }

  /** Each squared difference has the mean H (1 - H) N^2 / (n m (N - 1)), H the pooled share. */
  private static double meanOfTied(TiedRuns runs) {
    double rows = runs.rows();
    double sum = 0;
    double below = 0;
    for (int run = 0; run < runs.size() - 1; run++) {
      below += runs.rows(run);
      double share = below / rows;
      sum += weight(runs, run) * share * (1 - share);
    }
    return sum * rows / (rows - 1);
  }

  /**
   * In the limit the differences are those of a Brownian bridge at H, whose squares have the
   * covariances 2 (H1 (1 - H2))^2.
   */
  private static double varianceOfTied(TiedRuns runs) {
    double sum = 0;
    double below = 0;
    double lower = 0;
    for (int run = 0; run < runs.size() - 1; run++) {
      below += runs.rows(run);
      double share = below / runs.rows();
      double weight = weight(runs, run);
      double upper = weight * (1 - share) * (1 - share);
      double here = weight * share * share;
      sum += upper * (here + 2 * lower);
      lower += here;
    }
    return 2 * sum;
  }

  /** Half of the rows of the runs on both sides of the gap after a run, as a share of all rows. */
  private static double weight(TiedRuns runs, int run) {
    return (runs.rows(run) + runs.rows(run + 1)) / 2 / runs.rows();
  }

  /** The same sum for runs of one row each, in closed form. */
  private static double limitOfUntied(double rows) {
    double r2 = 1 / (rows * rows);
    double r4 = r2 * r2;
    double squares = (1 - r4) / (30 * rows);
    double products = ((1 - r4) / 30 - (1 - r4) / (10 * rows) + (1 - r2) * r2 / 12) / 6;
    return 2 * (squares + 2 * products);
  }

  /** P(T >= x) for infinitely large samples. */
  static double limit(double x) {
    if (x < 0.003) {
      return 1; // by less than the smallest double
    }
    double sum = 0;
    for (int gap = 1; ; gap += 2) {
      double term = integral(x, gap);
      sum += gap % 4 == 1 ? term : -term;
      if (term <= 1e-17 * sum) {
        return Math.min(1, sum);
      }
    }
  }

  private static double integral(double x, int gap) {
    double sum = 0;
    for (int node = 0; node < NODES; node++) {
      double angle = (node + 0.5) * Math.PI / NODES;
      double cosine = Math.cos(angle);
      double u = Math.PI * (gap + (1 - cosine) / 2);
      sum +=
          Math.sin(angle)
              / Math.sqrt(u * Math.cos(Math.PI / 2 * cosine))
              * Math.exp(-x * u * u / 2);
    }
    return sum * Math.PI / NODES;
  }

  /** P(sum of steps >= observed) over all orders of the rows. */
  static double exact(long observed, TiedRuns runs) {
    int n = (int) runs.reference();
    int m = (int) runs.current();
    if (observed <= 0) {
      return 1;
    }
    if (observed > MOST_VALUES / (Math.min(n, m) + 1)) {
      throw new IllegalArgumentException(
          "the exact distribution for %s and %s rows has too many values below the observed one: take the asymptotic p-value, or samples of sizes with a large common divisor"
              .formatted(n, m));
    }
    return new Walks((int) observed, Math.max(n, m), Math.min(n, m)).share();
  }

  /** All walks from (0, 0) to (n, m), the shorter side as columns. */
  private static final class Walks {
    private final int observed;
    private final int n;
    private final int m;
    private final long divisor;

    // by column: the distribution of the sum of steps, up to the observed sum
    private final double[][] below;
    private final double[] atLeast;

    Walks(int observed, int n, int m) {
      this.observed = observed;
      this.n = n;
      this.m = m;
      this.divisor = TiedRuns.gcd(n, m);
      this.below = new double[m + 1][0];
      this.atLeast = new double[m + 1];
    }

    double share() {
      for (int i = 0; i <= n; i++) {
        for (int j = 0; j <= m; j++) {
          enter(i, j);
        }
      }
      return Math.min(1, atLeast[m]);
    }

    private void enter(int i, int j) {
      if (i == 0 && j == 0) {
        below[0] = new double[] {1};
        return;
      }
      double fromLeft = (double) i / (i + j);
      double fromBelow = (double) j / (i + j);
      double[] left = below[j];
      double[] lower = j == 0 ? new double[0] : below[j - 1];
      long step = (i * (long) m - j * (long) n) / divisor;
      long shift = step * step;
      double beyond = fromLeft * atLeast[j] + (j == 0 ? 0 : fromBelow * atLeast[j - 1]);
      int longest = Math.max(i == 0 ? 0 : left.length, lower.length);
      double[] moved = new double[(int) Math.min(observed, longest + shift)];
      beyond += i == 0 ? 0 : move(left, fromLeft, shift, moved);
      beyond += move(lower, fromBelow, shift, moved);
      below[j] = moved;
      atLeast[j] = beyond;
    }

    /** Adds a distribution, shifted up, and returns the share that passes the observed sum. */
    private double move(double[] from, double share, long shift, double[] to) {
      double beyond = 0;
      for (int value = 0; value < from.length; value++) {
        if (value + shift < observed) {
          to[(int) (value + shift)] += share * from[value];
        } else {
          beyond += share * from[value];
        }
      }
      return beyond;
    }
  }
}
