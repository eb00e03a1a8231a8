package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.GammaTail;
import io.mlops4j.monitor.distribution.Normal;
import io.mlops4j.monitor.internal.LogFactorial;
import java.util.HashMap;
import java.util.Map;

/**
 * P-values of statistics that are sums over the columns of a 2 x k table, given the rows of both
 * samples and the total of each column. If both samples come from one distribution, every way to
 * deal the pooled rows to the samples is equally likely. That holds for any number of rows, even
 * for rare columns.
 *
 * <p><b>Two columns.</b> All tables are enumerated, so the p-value is exact.
 *
 * <p><b>More columns.</b> A shifted gamma distribution (Pearson's type III, which includes the
 * chi-square) gets the mean, the variance and the skewness of the statistic, like in the
 * permutation tests of Mielke and Berry. The mean is exact. Given the totals, the counts of the
 * first sample are independent binomials with a known sum. Variance and skewness are those of the
 * terms' residuals from their regression on the counts, which is the limit of that conditioning
 * (Holst, Two conditional limit theorems with applications, 1979). The degree of freedom that the
 * known sum takes from quadratic terms is subtracted, which matters for few columns. {@code truth
 * stats} measures the levels.
 *
 * <p>The cost is some hundred terms for each distinct total. No random numbers are drawn.
 */
final class FixedMargins {
  /** Counts further than this number of deviations from the mean have no weight. */
  private static final double REACH = 10;

  /** Points per deviation; sums of smooth functions over a bell curve need only a few. */
  private static final double POINTS = 6;

  private static final double ROUNDING = 1e-9;

  private final Counts counts;
  private final double n;
  private final double m;

  FixedMargins(Counts counts) {
    this.counts = counts;
    this.n = counts.referenceRows();
    this.m = counts.currentRows();
  }

  /** The contribution of a column with these counts to a statistic. */
  @FunctionalInterface
  interface Term {
    double of(double reference, double current);
  }

  /** The smallest expected count of a column in the smaller sample. */
  double smallestExpected() {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < counts.bins(); i++) {
      if (counts.isUsed(i)) {
        least = Math.min(least, total(i) * Math.min(n, m) / (n + m));
      }
    }
    return least;
  }

  private double total(int bin) {
    return (double) counts.reference(bin) + counts.current(bin);
  }

  /** P(sum of terms >= statistic). */
  double pValue(double statistic, Term term) {
    return switch (counts.usedBins()) {
      case 1 -> 1;
      case 2 -> ofTwo(statistic, term);
      default -> ofMany(statistic, term);
    };
  }

  private double ofTwo(double statistic, Term term) {
    double hits = Double.POSITIVE_INFINITY; // rows of the rarer column
    for (int i = 0; i < counts.bins(); i++) {
      hits = counts.isUsed(i) ? Math.min(hits, total(i)) : hits;
    }
    double least = statistic - ROUNDING * Math.max(1, Math.abs(statistic));
    double beyond = 0;
    double all = 0;
    double middle = logDealt(Math.rint(hits * n / (n + m)), hits);
    for (double a = Math.max(0, hits - m); a <= Math.min(hits, n); a++) {
      double weight = Math.exp(logDealt(a, hits) - middle);
      all += weight;
      double sum = term.of(a, hits - a) + term.of(n - a, m - hits + a);
      beyond += sum >= least ? weight : 0;
    }
    return Math.min(1, beyond / all);
  }

  private double ofMany(double statistic, Term term) {
    Map<Double, Moments> known = new HashMap<>();
    Moments sum = new Moments();
    for (int i = 0; i < counts.bins(); i++) {
      if (counts.isUsed(i)) {
        sum.add(known.computeIfAbsent(total(i), total -> moments(total, term)));
      }
    }
    return sum.tail(statistic);
  }

  private Moments moments(double total, Term term) {
    Moments moments = new Moments();
    double share = n / (n + m);
    double dealt = Math.sqrt(total * share * (1 - share) * (n + m - total) / (n + m - 1));
    double weights = 0;
    double mean = 0;
    Grid exact = new Grid(total * share, dealt, Math.max(0, total - m), Math.min(total, n));
    double middle = logDealt(exact.middle(), total);
    for (double a = exact.from; a <= exact.to; a += exact.step) {
      double weight = Math.exp(logDealt(a, total) - middle);
      weights += weight;
      mean += weight * term.of(a, total - a);
    }
    moments.mean = mean / weights;
    moments.fill(total, share, term);
    return moments;
  }

  /** The logarithm of the hypergeometric probability, up to a constant. */
  private double logDealt(double a, double total) {
    return -LogFactorial.of(a)
        - LogFactorial.of(total - a)
        - LogFactorial.of(n - a)
        - LogFactorial.of(m - total + a);
  }

  /** Whole numbers around a mean: all of them, or every n-th. */
  private static final class Grid {
    private final double from;
    private final double to;
    private final double step;

    Grid(double mean, double deviation, double least, double most) {
      step = Math.max(1, Math.floor(deviation / POINTS));
      double reach = REACH * deviation + REACH;
      from = Math.max(least, Math.ceil(mean - reach));
      to = Math.min(most, Math.floor(mean + reach));
    }

    double middle() {
      return from + Math.floor((to - from) / 2);
    }
  }

  /**
   * Moments of a sum of terms: the exact mean, and central moments under independent binomial
   * counts.
   */
  private static final class Moments {
    private double mean;
    private double vv; // v is a term less its mean, c a count less its mean
    private double vc;
    private double cc;
    private double vvv;
    private double vvc;
    private double vcc;
    private double ccc;
    private double gc; // g: the weight of a squared standard normal number in a term
    private double ggc;
    private double gggc;

    void add(Moments other) {
      mean += other.mean;
      vv += other.vv;
      vc += other.vc;
      cc += other.cc;
      vvv += other.vvv;
      vvc += other.vvc;
      vcc += other.vcc;
      ccc += other.ccc;
      gc += other.gc;
      ggc += other.ggc;
      gggc += other.gggc;
    }

    void fill(double total, double share, Term term) {
      double center = total * share;
      Grid grid = new Grid(center, Math.sqrt(center * (1 - share)), 0, total);
      int size = (int) Math.floor((grid.to - grid.from) / grid.step) + 1;
      double[] weights = new double[size];
      double[] values = new double[size];
      double odds = Math.log(share) - Math.log1p(-share);
      double middle = logBinomial(grid.middle(), total, odds);
      double all = 0;
      double average = 0;
      for (int i = 0; i < size; i++) {
        double a = grid.from + i * grid.step;
        weights[i] = Math.exp(logBinomial(a, total, odds) - middle);
        values[i] = term.of(a, total - a);
        all += weights[i];
        average += weights[i] * values[i];
      }
      average /= all;
      for (int i = 0; i < size; i++) {
        double weight = weights[i] / all;
        double v = values[i] - average;
        double c = grid.from + i * grid.step - center;
        vv += weight * v * v;
        vc += weight * v * c;
        cc += weight * c * c;
        vvv += weight * v * v * v;
        vvc += weight * v * v * c;
        vcc += weight * v * c * c;
        ccc += weight * c * c * c;
      }
      double g = vcc / (2 * cc);
      gc = g * cc;
      ggc = g * gc;
      gggc = g * ggc;
    }

    private static double logBinomial(double a, double total, double odds) {
      return a * odds - LogFactorial.of(a) - LogFactorial.of(total - a);
    }

    double tail(double statistic) {
      double slope = vc / cc;
      // traces of powers of diag(g) - g w', w the shares of cc: the effect of conditioning on
      // squares
      double g1 = gc / cc;
      double g2 = ggc / cc;
      double g3 = gggc / cc;
      double variance = vv - slope * vc + 2 * (g1 * g1 - 2 * g2);
      if (!(variance > 1e-12 * vv)) {
        return 1; // the totals leave a single value
      }
      double third = vvv - slope * (3 * vvc - slope * (3 * vcc - slope * ccc));
      third += 8 * (3 * g1 * g2 - 3 * g3 - g1 * g1 * g1);
      double skewness = third / Math.pow(variance, 1.5);
      double z = (statistic - mean) / Math.sqrt(variance);
      if (skewness < 1e-3) {
        return Normal.survival(z);
      }
      double shape = 4 / (skewness * skewness);
      double x = shape + 2 * z / skewness;
      return GammaTail.survival(x, shape);
    }
  }
}
