package io.mlops4j.monitor.distribution;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.InverseErfc;

/** The standard normal distribution. */
public final class Normal {
  private static final double ROOT_2 = Math.sqrt(2);

  private Normal() {}

  /**
   * Returns P(Z &gt; z), which keeps its digits where it is small: {@code erfc(z / sqrt(2)) / 2}.
   *
   * @param z any value
   * @return from 0 to 1; NaN for NaN
   */
  public static double survival(double z) {
    return Erfc.value(z / ROOT_2) / 2;
  }

  /**
   * Returns the value that Z does not exceed with a probability.
   *
   * @param probability from 0 to 1
   * @return negative below 1/2; infinite for 0 and 1; NaN for other numbers and for NaN
   */
  public static double quantile(double probability) {
    return 0.0 - upperQuantile(probability); // 0, not -0, for 1/2
  }

  /**
   * Returns the value that Z exceeds with a probability: the inverse of {@link #survival}.
   *
   * @param probability from 0 to 1; near 0 the result is precise
   * @return negative above 1/2; infinite for 0 and 1; NaN for other numbers and for NaN
   */
  public static double upperQuantile(double probability) {
    return ROOT_2 * InverseErfc.value(2 * probability);
  }
}
