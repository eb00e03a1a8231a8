package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.LogFactorial;

/**
 * P-values for values that one sample lacks: categories that are too numerous or too rare for a
 * chi-square, and numbers beyond the range of the reference, to which ranks hardly react. The tests
 * are valid for any distribution. The first two find gross changes only.
 */
final class AbsenceTests {
  private AbsenceTests() {}

  /**
   * Returns the probability that at least this number of current rows has a category without any
   * row in the reference. The unseen share of independent rows is, on average, at most the share of
   * categories with one row (Good and Turing). The deviations of both shares and of the current
   * rows from their averages are bounded by McAllester and Ortiz (Concentration inequalities for
   * the missing mass, 2003), McDiarmid and Hoeffding, each at a third of the p-value.
   *
   * @param n rows of the reference
   * @param once categories of the reference with one row
   * @param m current rows
   * @param unseen current rows in no category of the reference
   */
  static double tooMany(long n, long once, long m, long unseen) {
    double excess = (double) unseen / m - (double) once / n;
    double scale = (1 + Math.sqrt(2)) / Math.sqrt((double) n) + 1 / Math.sqrt(2.0 * m);
    double exponent = excess / scale;
    return excess <= 0 ? 1 : Math.min(1, 3 * Math.exp(-exponent * exponent));
  }

  /**
   * Returns the probability that the rare categories have this large a part of their rows in the
   * reference. Given the rows of both samples in categories of at most t rows, the reference's part
   * of them is hypergeometric. Any of the unseen rows may belong to such categories; counting all
   * of them makes the p-value larger, never smaller. The smallest p-value over t = 1, 2, 4, ... is
   * multiplied by the number of thresholds t.
   *
   * @param reference counts per category; the last one counts rows without a named category
   * @param current counts of the same categories
   */
  static double vanished(long[] reference, long[] current) {
    int rest = reference.length - 1;
    long most = 1;
    for (int i = 0; i < rest; i++) {
      most = Math.max(most, reference[i] + current[i]);
    }
    double n = CategoryCounts.sum(reference);
    double m = CategoryCounts.sum(current);
    double least = 1;
    int splits = 1;
    for (long t = 1; ; t *= 2, splits++) {
      double rows = (double) reference[rest] + current[rest];
      double before = reference[rest];
      for (int i = 0; i < rest; i++) {
        if (reference[i] + current[i] <= t) {
          rows += (double) reference[i] + current[i];
          before += reference[i];
        }
      }
      least = Math.min(least, dealt(before, rows, n, m));
      if (t >= most) {
        return Math.min(1, least * splits);
      }
    }
  }

  /** P(at least this number of these rows is dealt to the sample of n). */
  private static double dealt(double least, double rows, double n, double m) {
    if (least <= rows * n / (n + m)) {
      return 1;
    }
    double all =
        LogFactorial.of(n)
            + LogFactorial.of(m)
            - LogFactorial.of(n + m)
            + LogFactorial.of(rows)
            + LogFactorial.of(n + m - rows);
    double sum = 0;
    for (double a = least; a <= Math.min(n, rows); a++) {
      double term =
          Math.exp(
              all
                  - LogFactorial.of(a)
                  - LogFactorial.of(rows - a)
                  - LogFactorial.of(n - a)
                  - LogFactorial.of(m - rows + a));
      sum += term;
      if (term <= 1e-17 * sum) {
        break;
      }
    }
    return Math.min(1, sum);
  }

  /**
   * Returns the probability that at least this number of the m current rows is greater than all n
   * rows of the reference. It is the share of all ways to deal the rows in which the greatest rows
   * are all current. Ties make the p-value larger, never smaller.
   */
  static double beyond(long n, long m, long rows) {
    double all = (double) n + m;
    return Math.exp(
        LogFactorial.of((double) m)
            - LogFactorial.of((double) m - rows)
            + LogFactorial.of(all - rows)
            - LogFactorial.of(all));
  }
}
