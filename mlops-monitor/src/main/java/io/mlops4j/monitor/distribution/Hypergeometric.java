package io.mlops4j.monitor.distribution;

/**
 * The hits in a sample that is drawn without replacement from rows of which some are hits: the
 * tables with the same totals.
 */
public final class Hypergeometric {
  /** Probabilities that differ by rounding alone are equal. */
  private static final double ROUNDING = 1e-11;

  private final double rows;
  private final double hits;
  private final double drawn;
  private final double least;
  private final double most;

  /**
   * Creates a distribution.
   *
   * @param rows all rows, 1 or more
   * @param hits the hits among them
   * @param drawn the rows of the sample
   */
  public Hypergeometric(double rows, double hits, double drawn) {
    this.rows = rows;
    this.hits = hits;
    this.drawn = drawn;
    least = Math.max(0, drawn - (rows - hits));
    most = Math.min(hits, drawn);
  }

  /**
   * Returns P(X = found), from three binomial probabilities: those of the hits and of the other
   * rows with the share of the sample, divided by that of all rows (Loader, 2000).
   *
   * @param found a possible number of hits
   */
  double probability(double found) {
    double share = drawn / rows;
    if (share == 1) {
      return 1;
    }
    return Binomial.probability(found, hits, share)
        / Binomial.probability(drawn, rows, share)
        * Binomial.probability(drawn - found, rows - hits, share);
  }

  /**
   * Returns the probability of all tables that are at most as probable as one: the two-sided
   * p-value of Fisher's exact test.
   *
   * @param found the hits of the table, a possible number
   * @return from 0 to 1
   */
  public double atMostAsProbable(double found) {
    double itself = probability(found);
    double mode =
        Math.min(most, Math.max(least, Math.floor((drawn + 1) * ((hits + 1) / (rows + 2)))));
    if (itself * (1 + ROUNDING) >= probability(mode)) {
      return 1;
    }
    // the near side is certain; the far side begins where probabilities have fallen as low
    double step = found < mode ? 1 : -1;
    double inner = mode;
    double outer = found < mode ? most : least;
    double bound = itself * (1 + ROUNDING);
    if (probability(outer) > bound) {
      return Math.min(1, side(found, -step));
    }
    while (Math.abs(outer - inner) > 1) {
      double middle = Math.floor((inner + outer) / 2);
      if (probability(middle) > bound) {
        inner = middle;
      } else {
        outer = middle;
      }
    }
    return Math.min(1, side(found, -step) + side(outer, step));
  }

  /** The probability of a table and of those beyond it, where probabilities fall. */
  private double side(double from, double step) {
    double sum = 1;
    double term = 1;
    double end = step > 0 ? most : least;
    for (double x = from; x != end && term > 1e-17 * sum; x += step) {
      term *=
          step > 0
              ? (hits - x) / (x + 1) * ((drawn - x) / (rows - hits - drawn + x + 1))
              : x / (hits - x + 1) * ((rows - hits - drawn + x) / (drawn - x + 1));
      sum += term;
    }
    return probability(from) * sum;
  }
}
