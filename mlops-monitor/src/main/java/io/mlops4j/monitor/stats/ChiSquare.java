package io.mlops4j.monitor.stats;

import java.util.Objects;

/**
 * Chi-square test of homogeneity on the 2 x k table of two samples over k categories. The
 * hypothesis is that both samples come from one distribution. {@code X2 = sum (observed -
 * expected)^2 / expected} over both rows of the table, where expected is the row total times the
 * column total over the grand total. There are k - 1 degrees of freedom. Agrees with {@code
 * scipy.stats.chi2_contingency}.
 *
 * <p>Both samples are random. A goodness-of-fit test of the live rows treats the reference as the
 * truth. That is a trap: with 500 reference rows and 5000 current rows it raises 94 % false alarms
 * at a nominal 5 %.
 *
 * <p><b>Yates.</b> With one degree of freedom each |observed - expected| is reduced by 0.5, but not
 * below 0. {@link #withYates(boolean)} switches the correction off. It never applies to more
 * degrees of freedom.
 *
 * <p><b>G.</b> {@link #withLikelihoodRatio()} takes the likelihood ratio {@code G = 2 sum observed
 * ln(observed / expected)} instead, like SciPy with {@code lambda_="log-likelihood"}.
 *
 * <p><b>P-value.</b> The limiting distribution of both forms is chi-square with k - 1 degrees of
 * freedom. Pearson's form is close to it if at most one expected count in five is below 5, which
 * pooling ensures. The likelihood ratio is close only if all expected counts are 100 or more: with
 * 50 categories, rare ones pooled, 6 to 10 % of its limiting p-values are below 0.05. {@link
 * PValueMethod#EXACT} takes the distribution of the statistic over all ways to deal the pooled rows
 * to the two samples. For two categories these are all tables; for more, a gamma distribution with
 * their mean, variance and skewness. It holds its level with hundreds of rare categories, takes a
 * few milliseconds at most and draws no random numbers. {@link PValueMethod#AUTO} uses this
 * distribution for the likelihood ratio if an expected count is below 100, and for Pearson's form
 * if pooling leaves two rare categories. Otherwise it uses chi-square. {@link
 * PValueMethod#ASYMPTOTIC} always takes chi-square, like SciPy.
 *
 * <p><b>Rare categories.</b> The approximation needs at most 20 % of the expected counts below 5
 * (Cochran). {@link #withPooling(boolean)} joins the rarest categories into one until that holds or
 * two are left. It is off by default.
 *
 * <p>Categories that are empty in both samples are dropped. A single category gives statistic 0, p
 * = 1 and 0 degrees of freedom. Equal shares give statistic 0 and p = 1.
 */
public final class ChiSquare {
  static final double LEAST_EXPECTED = 5;
  static final double MANY_EXPECTED = 100;

  private static final ChiSquare DEFAULTS =
      new ChiSquare(Form.PEARSON, true, false, PValueMethod.AUTO);

  private final Form form;
  private final boolean yates;
  private final boolean pooling;
  private final PValueMethod method;

  private ChiSquare(Form form, boolean yates, boolean pooling, PValueMethod method) {
    this.form = form;
    this.yates = yates;
    this.pooling = pooling;
    this.method = method;
  }

  /** {@return the test with Yates' correction for one degree of freedom, without pooling} */
  public static ChiSquare withDefaults() {
    return DEFAULTS;
  }

  /**
   * Returns the same test with the likelihood ratio G in place of Pearson's X2.
   *
   * @return a changed copy
   */
  public ChiSquare withLikelihoodRatio() {
    return new ChiSquare(Form.LIKELIHOOD_RATIO, yates, pooling, method);
  }

  /**
   * Returns the same test with or without Yates' correction.
   *
   * @param correct whether to correct if there is one degree of freedom
   * @return a changed copy
   */
  public ChiSquare withYates(boolean correct) {
    return new ChiSquare(form, correct, pooling, method);
  }

  /**
   * Returns the same test with or without pooling of rare categories.
   *
   * @param poolRare whether to join the rarest categories until at most 20 % of the expected counts
   *     are below 5
   * @return a changed copy
   */
  public ChiSquare withPooling(boolean poolRare) {
    return new ChiSquare(form, yates, poolRare, method);
  }

  /**
   * Returns the same test with another p-value method.
   *
   * @param pValueMethod how the p-value is computed; all three are described above
   * @return a changed copy
   */
  public ChiSquare with(PValueMethod pValueMethod) {
    return new ChiSquare(
        form, yates, pooling, Objects.requireNonNull(pValueMethod, "pValueMethod"));
  }

  /**
   * Tests two samples.
   *
   * @param reference counts per category, in any order of categories
   * @param current counts of the same categories
   * @return statistic, p-value, degrees of freedom
   * @throws IllegalArgumentException if the lengths differ, a count is negative or a sample counts
   *     no rows
   */
  public TestResult test(long[] reference, long[] current) {
    Counts given = Counts.of(reference, current);
    Counts counts = pooling ? RareCategories.pooled(given) : given;
    int degreesOfFreedom = counts.usedBins() - 1;
    double correction = yates && degreesOfFreedom == 1 ? 0.5 : 0;
    double all = (double) counts.referenceRows() + counts.currentRows();
    FixedMargins.Term term =
        (a, b) ->
            term(a, (a + b) * counts.referenceRows() / all, correction)
                + term(b, (a + b) * counts.currentRows() / all, correction);
    double statistic = statistic(counts, term);
    return Outcome.ofDegrees(statistic, pValue(statistic, counts, term), degreesOfFreedom);
  }

  private double pValue(double statistic, Counts counts, FixedMargins.Term term) {
    return statistic > 0 && isFar(counts)
        ? new FixedMargins(counts).pValue(statistic, term)
        : ChiSquareTail.of(statistic, counts.usedBins() - 1);
  }

  /** Whether the statistic may be far from its limiting distribution. */
  private boolean isFar(Counts counts) {
    return switch (method) {
      case ASYMPTOTIC -> false;
      case EXACT -> true;
      case AUTO ->
          form == Form.PEARSON
              ? pooling && RareCategories.tooMany(counts)
              : new FixedMargins(counts).smallestExpected() < MANY_EXPECTED;
    };
  }

  private static double statistic(Counts counts, FixedMargins.Term term) {
    double sum = 0;
    for (int i = 0; i < counts.bins(); i++) {
      if (counts.isUsed(i)) {
        sum += term.of((double) counts.reference(i), (double) counts.current(i));
      }
    }
    // rounding can leave a likelihood ratio of -1e-17 for equal shares
    return Math.max(0, sum);
  }

  private double term(double observed, double expected, double correction) {
    double difference = observed - expected;
    double corrected = Math.copySign(Math.max(0, Math.abs(difference) - correction), difference);
    return form.term(expected + corrected, expected);
  }

  /** The distance of observed counts from expected ones. */
  private enum Form {
    /** {@code (observed - expected)^2 / expected}. */
    PEARSON {
      @Override
      double term(double observed, double expected) {
        return (observed - expected) * (observed - expected) / expected;
      }
    },
    /** {@code 2 observed ln(observed / expected)}. */
    LIKELIHOOD_RATIO {
      @Override
      double term(double observed, double expected) {
        return observed == 0 ? 0 : 2 * observed * Math.log(observed / expected);
      }
    };

    abstract double term(double observed, double expected);
  }
}
