package io.mlops4j.monitor.profile.internal;

import java.math.BigInteger;

/**
 * The exact sum of finite doubles and of their squares, so that mean and variance do not depend on
 * batching or merging.
 *
 * @param count the number of values
 * @param sum their sum in units of 2^-1075
 * @param squares the sum of their squares in units of 2^-2150
 */
public record ExactMoments(long count, BigInteger sum, BigInteger squares) {
  public static final int UNIT = -1075;

  public ExactMoments plus(ExactMoments other) {
    return new ExactMoments(
        Math.addExact(count, other.count), sum.add(other.sum), squares.add(other.squares));
  }

  /** Whether some finite numbers have these figures, including a smallest and a largest value. */
  public boolean arePossible(double min, double max) {
    return count == 0
        ? sum.signum() == 0 && squares.signum() == 0 && Double.isNaN(min) && Double.isNaN(max)
        : Double.isFinite(min)
            && Double.isFinite(max)
            && min <= max
            && squares.signum() >= 0
            && scatter().signum() >= 0;
  }

  /** NaN without values. */
  public double mean() {
    return count == 0 ? Double.NaN : ratio(sum, BigInteger.valueOf(count), UNIT);
  }

  /** The population variance, n S2 - S1^2 over n^2, rounded only at the end. */
  public double variance() {
    if (count == 0) {
      return Double.NaN;
    }
    return ratio(scatter(), squaredCount(), 2 * UNIT);
  }

  /** The root of the variance, even if the variance leaves the range of a double. */
  public double deviation() {
    if (count == 0) {
      return Double.NaN;
    }
    int half = (scatter().bitLength() - squaredCount().bitLength()) / 2;
    return Math.scalb(Math.sqrt(ratio(scatter(), squaredCount(), -2 * half)), half + UNIT);
  }

  private BigInteger scatter() {
    return BigInteger.valueOf(count).multiply(squares).subtract(sum.multiply(sum));
  }

  private BigInteger squaredCount() {
    return BigInteger.valueOf(count).pow(2);
  }

  /** The double nearest to numerator / denominator * 2^exponent; the denominator is positive. */
  public static double ratio(BigInteger numerator, BigInteger denominator, int exponent) {
    if (numerator.signum() == 0) {
      return 0;
    }
    int shift = 66 - (numerator.bitLength() - denominator.bitLength());
    BigInteger scaled = shift > 0 ? numerator.abs().shiftLeft(shift) : numerator.abs();
    BigInteger divisor = shift > 0 ? denominator : denominator.shiftLeft(-shift);
    BigInteger[] parts = scaled.divideAndRemainder(divisor);
    // A bit below the last significant one stands for the remainder, so that rounding happens once.
    BigInteger sticky = parts[1].signum() == 0 ? parts[0] : parts[0].setBit(0);
    return numerator.signum() * Math.scalb(sticky.doubleValue(), exponent - shift);
  }
}
