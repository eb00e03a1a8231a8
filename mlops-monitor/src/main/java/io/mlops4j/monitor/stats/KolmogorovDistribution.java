package io.mlops4j.monitor.stats;

import io.mlops4j.monitor.distribution.Binomial;
import java.util.Arrays;

/**
 * Upper tails of the Kolmogorov-Smirnov statistics.
 *
 * <p><b>Two samples, exact.</b> Among all orders of the pooled rows, a walk steps right for a row
 * of the first sample and up for a row of the second. Walks that leave the band |i/n - j/m| &lt; D
 * reach D. A walk came to (i, j) from (i - 1, j) with probability i/(i + j), which gives the share
 * of leaving walks cell by cell. All terms are positive, so nothing cancels or overflows and small
 * p-values keep their digits (Viehmann, Numerically more stable computation of the p-values for the
 * two-sample Kolmogorov-Smirnov test, 2021). For samples of one size the walks are counted by
 * reflection (Gnedenko and Korolyuk, 1951), a sum of n/h terms for D = h/n.
 *
 * <p><b>One sample.</b> After Simard and L'Ecuyer (Computing the two-sided Kolmogorov-Smirnov
 * distribution, 2011), with the regions of SciPy's {@code kstwo} so that the p-values are the same.
 * Both ends have closed forms (Ruben and Gambino). Large D take twice the one-sided tail (Smirnov),
 * few rows the matrix power of Marsaglia, Tsang and Wang, and everything between the expansion of
 * Pelz and Good.
 */
final class KolmogorovDistribution {
  /** Above it even {@code e exp(-2 x)}, the bound of the tail, is below the smallest double. */
  private static final double ZERO_TAIL = 380;

  /** Factors of at most 10^-5 each, of which a product stays far above the smallest double. */
  private static final int RESCALED = 32;

  /** Thousands of terms of this size in the largest one are far below its last digit. */
  private static final double NEGLIGIBLE = 0x1p-130;

  private static final double PI2 = Math.PI * Math.PI;
  private static final double ROOT_2PI = Math.sqrt(2 * Math.PI);

  private KolmogorovDistribution() {}

  /** P(D_nm >= d) over all orders of n and m distinct values. */
  static double twoSampleSurvival(double d, int n, int m) {
    // d is a multiple of 1/(n m) up to rounding
    long reach = Math.round(d * ((double) n * m));
    if (reach <= 0) {
      return 1;
    }
    if (d * d * n * m / ((double) n + m) > ZERO_TAIL) {
      return 0;
    }
    return n == m ? shareLeaving((int) (reach / n), n) : shareLeaving(reach, n, m);
  }

  /**
   * Samples of one size: {@code 2 (a(1) - a(2) + a(3) ...)}, {@code a(k) = C(2n, n - kh) / C(2n,
   * n)}, from the inside out.
   */
  private static double shareLeaving(int h, int n) {
    double share = 0;
    for (int k = n / h - 1; k >= 0; k--) {
      double ratio = 1; // a(k + 1) / a(k)
      for (int j = 0; j < h; j++) {
        ratio *= (n - k * h - j) / (n + (double) k * h + j + 1);
      }
      share = ratio * (1 - share);
    }
    return Math.min(1, 2 * share); // rounding may carry it past 1
  }

  private static double shareLeaving(long reach, int n, int m) {
    // left[j]: the share of walks to (i, j) that left the band; 1 outside the band
    double[] left = new double[m + 1];
    Arrays.fill(left, 1);
    double[] reciprocals = reciprocals(Math.addExact(n, m));
    for (int i = 0; i <= n; i++) {
      long middle = (long) i * m;
      int from = (int) Math.max(0, Math.floorDiv(middle - reach, (long) n) + 1);
      int to = (int) Math.min(m, -Math.floorDiv(-middle - reach, (long) n) - 1);
      double below = 1;
      for (int j = from; j <= to; j++) {
        below = (i * left[j] + j * below) * reciprocals[i + j];
        left[j] = below;
      }
    }
    return left[m];
  }

  /**
   * Precomputed, because a division in every cell would take most of the time. The walk of no steps
   * has not left the band, so 1/0 counts as 0.
   */
  private static double[] reciprocals(int last) {
    double[] reciprocals = new double[last + 1];
    for (int i = 1; i <= last; i++) {
      reciprocals[i] = 1.0 / i;
    }
    return reciprocals;
  }

  /** P(D_n >= d) of the one-sample statistic of n rows. */
  static double survival(double d, int n) {
    double reach = n * d;
    if (reach <= 0.5) {
      return 1;
    }
    if (d >= 1 || reach * d >= ZERO_TAIL) {
      return 0;
    }
    if (reach <= 1) {
      return 1 - smallest(reach, n);
    }
    if (reach >= n - 1) {
      return 2 * Math.pow(1 - d, n);
    }
    return Math.max(0, Math.min(1, d >= 0.5 ? 2 * oneSided(d, n) : between(d, n)));
  }

  private static double between(double d, int n) {
    double square = n * d * d;
    if (square > (n <= 140 ? 4 : 2.2)) {
      return 2 * oneSided(d, n);
    }
    boolean few = n <= 140 || (n <= 100_000 && n * Math.pow(d, 1.5) <= 1.4);
    return 1 - (few ? matrixPower(d, n) : pelzGood(d, n));
  }

  /** P(D_n < d) for n d in (1/2, 1]: n! ((2 n d - 1) / n)^n. */
  private static double smallest(double reach, int n) {
    double product = 1;
    for (int i = 1; i <= n && product > 0; i++) {
      product *= i * (2 * reach - 1) / n;
    }
    return product;
  }

  /**
   * P(D+ >= d), a sum over the row at which the line is crossed last. The terms are smooth in that
   * row. For many rows, every k-th term times k gives the same sum to all digits. The terms rise up
   * to the middle and then fall, the more steeply the larger D is: those too small to change a
   * digit of the sum are left out.
   */
  private static double oneSided(double d, int n) {
    int stride = Math.max(1, n / 2048);
    int last = (int) (n * (1 - d)) / stride;
    int first = 0;
    double least = crossing(last / 2 * stride, d, n) * NEGLIGIBLE;
    for (int end = last / 2; first < end; ) {
      int middle = (first + end) >>> 1;
      if (crossing(middle * stride, d, n) < least) {
        first = middle + 1;
      } else {
        end = middle;
      }
    }
    double sum = 0;
    for (int k = first; k <= last; k++) {
      double next = sum + crossing(k * stride, d, n);
      if (next == sum && k > last / 2) {
        break;
      }
      sum = next;
    }
    return sum * stride;
  }

  /** The probability that the line is crossed last at a row. */
  private static double crossing(int row, double d, int n) {
    double p = Math.min(1, d + row / (double) n);
    return d / p * Binomial.probability(row, n, p);
  }

  /** P(D_n < d) = n!/n^n (H^n)[k][k], H of size 2k - 1. */
  private static double matrixPower(double d, int n) {
    int k = (int) (n * d) + 1;
    ScaledMatrix power = ScaledMatrix.kolmogorov(k, k - n * d).power(n);
    double value = power.get(k - 1, k - 1);
    int exponent = power.exponent();
    for (int i = 1; i <= n; i++) {
      value *= i / (double) n;
      if (i % RESCALED == 1) {
        int shift = Math.getExponent(value);
        value = Math.scalb(value, -shift);
        exponent += shift;
      }
    }
    return Math.scalb(value, exponent);
  }

  /** P(D_n < d) to order n^(-3/2), in the form for small z = sqrt(n) d. */
  private static double pelzGood(double d, int n) {
    double z = Math.sqrt(n) * d;
    double z2 = z * z;
    double z4 = z2 * z2;
    double z6 = z4 * z2;
    double k0 = 0;
    double k1 = 0;
    double k2 = 0;
    double k3 = 0;
    // the terms beyond are less than e^-100 of the first one
    int half = (int) (Math.sqrt(100 * 8 * z2 / PI2 + 1) / 2);
    for (int odd = Math.min(21, 2 * half + 1); odd > 0; odd -= 2) {
      double o2 = odd * odd;
      double weight = Math.exp(-PI2 * o2 / (8 * z2));
      double a = PI2 * o2 / 4;
      k0 += weight;
      k1 += weight * (a - z2);
      k2 += weight * (6 * z6 + 2 * z4 + a * (2 * z4 - 5 * z2) + a * a * (1 - 2 * z2));
      k3 += weight * thirdOrder(a, z2);
    }
    double whole2 = 0;
    double whole3 = 0;
    for (int k = Math.min(10, half + 1); k > 0; k--) {
      double weight = k * k * Math.exp(-PI2 * k * k / (2 * z2));
      whole2 += weight;
      whole3 += weight * (3 * z2 - PI2 * k * k);
    }
    double first = k0 / z;
    double second = k1 / (6 * z4);
    double third = k2 / (72 * z6 * z) - PI2 * whole2 / (36 * z2 * z);
    double fourth = k3 / (6480 * z6 * z4) + PI2 * whole3 / (216 * z6);
    double root = Math.sqrt(n);
    return ROOT_2PI * (first + (second + (third + fourth / root) / root) / root);
  }

  private static double thirdOrder(double a, double z2) {
    double z4 = z2 * z2;
    double z6 = z4 * z2;
    return a * a * a * (5 - 30 * z2)
        + a * a * (212 * z4 - 60 * z2)
        + a * (135 * z4 - 96 * z6)
        - 30 * z6
        - 90 * z4 * z4;
  }
}
