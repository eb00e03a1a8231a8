package io.mlops4j.monitor.internal;

/** The natural logarithm of factorials. */
public final class LogFactorial {
  private LogFactorial() {}

  /**
   * Returns {@code ln(x!)} by Stirling's series; small arguments are shifted up first.
   *
   * @param x 0 or more
   */
  public static double of(double x) {
    double shifted = x + 1;
    double product = 1;
    while (shifted < 10) {
      product *= shifted++;
    }
    double r = 1 / (shifted * shifted);
    return (shifted - 0.5) * Math.log(shifted)
        - shifted
        + 0.9189385332046727 // ln(2 pi) / 2
        + (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r / 1680))) / shifted
        - Math.log(product);
  }
}
