package io.mlops4j.monitor.stats;

import java.util.Arrays;

/**
 * Two samples as runs of equal values of the pooled rows, in ascending order. A run has the number
 * of rows of each sample. A run of several rows is a tie; a bin of counts is one run.
 */
final class TiedRuns {
  private final long[] first;
  private final long[] second;
  private final double n;
  private final double m;

  private TiedRuns(long[] first, long[] second, long n, long m) {
    this.first = first;
    this.second = second;
    this.n = n;
    this.m = m;
  }

  static TiedRuns of(Sample reference, Sample current) {
    int pooled = Math.addExact(reference.size(), current.size());
    long[] first = new long[pooled];
    long[] second = new long[pooled];
    int runs = 0;
    int i = 0;
    int j = 0;
    while (i < reference.size() || j < current.size()) {
      boolean fromFirst =
          j == current.size() || (i < reference.size() && reference.get(i) <= current.get(j));
      double value = fromFirst ? reference.get(i) : current.get(j);
      int nextI = reference.skip(i, value);
      int nextJ = current.skip(j, value);
      first[runs] = (long) nextI - i;
      second[runs++] = (long) nextJ - j;
      i = nextI;
      j = nextJ;
    }
    return new TiedRuns(
        Arrays.copyOf(first, runs), Arrays.copyOf(second, runs), reference.size(), current.size());
  }

  static TiedRuns of(Counts counts) {
    long[] first = new long[counts.bins()];
    long[] second = new long[counts.bins()];
    int runs = 0;
    for (int bin = 0; bin < counts.bins(); bin++) {
      if (counts.isUsed(bin)) {
        first[runs] = counts.reference(bin);
        second[runs++] = counts.current(bin);
      }
    }
    return new TiedRuns(
        Arrays.copyOf(first, runs),
        Arrays.copyOf(second, runs),
        counts.referenceRows(),
        counts.currentRows());
  }

  /** Rows of the reference. */
  double reference() {
    return n;
  }

  /** Rows of the current sample. */
  double current() {
    return m;
  }

  double rows() {
    return n + m;
  }

  int size() {
    return first.length;
  }

  /** Rows of both samples in a run. */
  double rows(int run) {
    return (double) first[run] + second[run];
  }

  /** Whether no two rows are equal. */
  boolean areSingle() {
    return first.length == n + m;
  }

  /** U of the reference: the pairs in which its value is larger, ties counted half. */
  double mannWhitney() {
    double u = 0;
    double below = 0;
    for (int run = 0; run < first.length; run++) {
      u += first[run] * (below + second[run] / 2.0);
      below += second[run];
    }
    return u;
  }

  /** The sum of {@code t^3 - t} over the runs of t rows. */
  double tieCorrection() {
    double sum = 0;
    for (int run = 0; run < first.length; run++) {
      double t = rows(run);
      sum += t * t * t - t;
    }
    return sum;
  }

  /** T with the mean of the squares on both sides of a tie. */
  double cramerVonMises() {
    double sum = 0;
    double i = 0;
    double j = 0;
    double below = 0;
    for (int run = 0; run < first.length; run++) {
      i += first[run];
      j += second[run];
      double difference = i * m - j * n;
      double square = difference * difference;
      sum += rows(run) * (below + square) / 2;
      below = square;
    }
    return sum / (n * m) / (rows() * rows());
  }

  /**
   * Inside a run, the difference of the distribution functions can rise by all rows of the first
   * sample before it falls by all rows of the second, or the other way round.
   */
  double cramerVonMisesBound(double statistic) {
    double least = 0;
    double most = 0;
    double below = 0;
    for (int run = 0; run < first.length; run++) {
      double low = below - second[run] / m;
      double high = below + first[run] / n;
      most += rows(run) * Math.max(low * low, high * high);
      least += low > 0 ? rows(run) * low * low : high < 0 ? rows(run) * high * high : 0;
      below += first[run] / n - second[run] / m;
    }
    double scale = n * m / rows() / rows();
    return Math.max(most * scale - statistic, statistic - least * scale);
  }

  /** The criterion in whole steps, for rows without ties: (n m / g)^2 sum (F1 - F2)^2. */
  long steps() {
    double divisor = gcd((long) n, (long) m);
    double sum = 0;
    double i = 0;
    double j = 0;
    for (int run = 0; run < first.length; run++) {
      i += first[run];
      j += second[run];
      double step = (i * m - j * n) / divisor;
      sum += step * step;
    }
    return (long) sum;
  }

  /**
   * T from the squared distances of midranks and places, which counts ties like SciPy. SciPy's
   * formula is the difference of two numbers near n m. Summed by parts, it becomes the squared
   * differences of the distribution functions at the gaps between runs, plus the contribution of
   * ties if the sizes differ, so no digits cancel.
   */
  double cramerVonMisesByMidranks() {
    double sum = 0;
    double cubes = 0;
    double i = 0;
    double j = 0;
    for (int run = 0; run < first.length; run++) {
      double difference = i * m - j * n;
      double steps = run == 0 ? 0 : steps(run - 1);
      sum += difference * difference * (steps + steps(run)) / 2;
      cubes += cube((double) first[run]) / n - cube((double) second[run]) / m;
      i += first[run];
      j += second[run];
    }
    double products = n * m;
    double ties = (n - m) * (rows() * cubes - (n - m)) / 12;
    return (sum / (2 * products) + ties) / (products * rows());
  }

  /**
   * The amount by which a run moves both distribution functions together, in units of 1 / (n m).
   */
  private double steps(int run) {
    return m * first[run] + n * second[run];
  }

  private static double cube(double x) {
    return x * x * x;
  }

  /** The same in whole steps, rounded down. */
  long stepsByMidranks() {
    double products = n * m;
    double divisor = gcd((long) n, (long) m);
    return (long)
        Math.floor(
            rows() * (6 * rankSum() - products * (4 * products - 1)) / (6 * divisor * divisor));
  }

  private double rankSum() {
    double ofFirst = 0;
    double ofSecond = 0;
    double i = 0;
    double j = 0;
    for (int run = 0; run < first.length; run++) {
      ofFirst += rankDistance((double) first[run], j + second[run] / 2.0);
      ofSecond += rankDistance((double) second[run], i + first[run] / 2.0);
      i += first[run];
      j += second[run];
    }
    return n * ofFirst + m * ofSecond;
  }

  /**
   * Sum of (midrank - place)^2 over the tied rows of a sample, with {@code others} rows of the
   * other sample below their middle.
   */
  private static double rankDistance(double tied, double others) {
    return tied * others * others + (tied * tied * tied - tied) / 12;
  }

  static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
