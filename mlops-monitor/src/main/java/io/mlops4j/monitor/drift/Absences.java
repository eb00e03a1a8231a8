package io.mlops4j.monitor.drift;

/**
 * Tests of values that one sample lacks: categories that are too many or too rare for a chi-square,
 * and numbers beyond the range of the reference, which ranks hardly feel. They hold for any
 * distribution; the first two find gross changes only.
 */
final class Absences {
  private Absences() {}

  /**
   * How probable it is that so many current rows have a category without any row in the reference.
   * The unseen share of independent rows is, on average, at most that of the categories with one
   * row (Good and Turing); how far both, and the current rows, are from their averages is bounded
   * by McAllester and Ortiz (Concentration inequalities for the missing mass, 2003), McDiarmid and
   * Hoeffding, each at a third of the p-value.
   *
   * @param n rows of the reference
   * @param once its categories with one row
   * @param m current rows
   * @param unseen those in no category of the reference
   */
  static double tooMany(long n, long once, long m, long unseen) {
    double excess = (double) unseen / m - (double) once / n;
    double scale = (1 + Math.sqrt(2)) / Math.sqrt((double) n) + 1 / Math.sqrt(2.0 * m);
    double exponent = excess / scale;
    return excess <= 0 ? 1 : Math.min(1, 3 * Math.exp(-exponent * exponent));
  }

  /**
   * How probable it is that the rare categories have so many rows in the reference. Given how many
   * rows of both samples are in categories of at most t rows, those of the reference are
   * hypergeometric. Any of the unseen rows may belong to such categories: that all do makes the
   * p-value larger, never smaller. The least over t = 1, 2, 4, ... is multiplied by how many t
   * there are.
   *
   * @param counts per category; the last is what has no name
   */
  static double vanished(Counts counts) {
    int rest = counts.bins() - 1;
    long most = 1;
    for (int i = 0; i < rest; i++) {
      most = Math.max(most, counts.reference(i) + counts.current(i));
    }
    double least = 1;
    int splits = 1;
    for (long t = 1; ; t *= 2, splits++) {
      double rows = (double) counts.reference(rest) + counts.current(rest);
      double before = (double) counts.reference(rest);
      for (int i = 0; i < rest; i++) {
        if (counts.reference(i) + counts.current(i) <= t) {
          rows += (double) counts.reference(i) + counts.current(i);
          before += counts.reference(i);
        }
      }
      double share =
          dealt(before, rows, (double) counts.referenceRows(), (double) counts.currentRows());
      least = Math.min(least, share);
      if (t >= most) {
        return Math.min(1, least * splits);
      }
    }
  }

  /** P(at least so many of these rows are dealt to the sample of n). */
  private static double dealt(double least, double rows, double n, double m) {
    if (least <= rows * n / (n + m)) {
      return 1;
    }
    double all =
        FixedMargins.logFactorial(n)
            + FixedMargins.logFactorial(m)
            - FixedMargins.logFactorial(n + m)
            + FixedMargins.logFactorial(rows)
            + FixedMargins.logFactorial(n + m - rows);
    double sum = 0;
    for (double a = least; a <= Math.min(n, rows); a++) {
      double term =
          Math.exp(
              all
                  - FixedMargins.logFactorial(a)
                  - FixedMargins.logFactorial(rows - a)
                  - FixedMargins.logFactorial(n - a)
                  - FixedMargins.logFactorial(m - rows + a));
      sum += term;
      if (term <= 1e-17 * sum) {
        break;
      }
    }
    return Math.min(1, sum);
  }

  /**
   * How probable it is that so many of m current rows are greater than all n rows of the reference:
   * of all ways to deal the rows, those in which the greatest are all current. Ties make the
   * p-value larger, never smaller.
   */
  static double beyond(long n, long m, long rows) {
    double all = (double) n + m;
    return Math.exp(
        FixedMargins.logFactorial((double) m)
            - FixedMargins.logFactorial((double) m - rows)
            + FixedMargins.logFactorial(all - rows)
            - FixedMargins.logFactorial(all));
  }
}
