package io.mlops4j.monitor.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Formats numbers for readers: few digits, the same on every machine. */
public final class Figures {
  private static final MathContext DIGITS = new MathContext(3);
  private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};

  private Figures() {}

  /**
   * Three significant digits, without an exponent if the number has few zeros. From 1000 on whole
   * numbers are exact; below 10 000 they are not grouped, because they may be years, and other
   * numbers have one decimal.
   */
  public static String of(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "none" : value > 0 ? "infinite" : "-infinite";
    }
    double size = Math.abs(value);
    if (size >= 1e-4 && size < 999) {
      return plain(value, size);
    }
    if (size >= 1000 && size < 9999.95) {
      return of(value, 5);
    }
    if ((size >= 1000 && size < 1e15) || value == 0) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    BigDecimal rounded = rounded(value);
    return size >= 1e-4 && size < 1000 ? rounded.toPlainString() : rounded.toString();
  }

  private static BigDecimal rounded(double value) {
    return new BigDecimal(value).round(DIGITS).stripTrailingZeros();
  }

  /** Avoids the exact decimals of a double, which are long, unless the digits are nearly a tie. */
  private static String plain(double value, double size) {
    int places = size >= 100 ? 0 : size >= 10 ? 1 : 2;
    while (size * POWERS[places] < 100) {
      places++;
    }
    double digits = value * POWERS[places];
    long whole = Math.round(digits);
    boolean tie = Math.abs(Math.abs(digits - whole) - 0.5) < 1e-6;
    return (tie ? rounded(value) : BigDecimal.valueOf(whole, places).stripTrailingZeros())
        .toPlainString();
  }

  /**
   * A value of a column: four significant digits, or more for the whole part. Not grouped, because
   * it may be a year or a code.
   */
  public static String value(double value) {
    double size = Math.abs(value);
    if (size >= 1000 && size < 1e15) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    if (!Double.isFinite(value) || value == 0) {
      return of(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros();
    return size >= 1e-4 && size < 1000 ? rounded.toPlainString() : rounded.toString();
  }

  /** Two numbers, with enough digits to tell them apart. */
  public static String[] apart(double low, double high) {
    String[] words = {of(low), of(high)};
    for (int digits = 4; low != high && words[0].equals(words[1]) && digits <= 17; digits++) {
      words[0] = of(low, digits);
      words[1] = of(high, digits);
    }
    return words;
  }

  private static String of(double value, int digits) {
    return new BigDecimal(value)
        .round(new MathContext(digits))
        .stripTrailingZeros()
        .toPlainString();
  }

  public static String of(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  public static String pValue(double p) {
    return p < 0.001 ? "< 0.001" : of(p);
  }

  /** With a sign, even if the number is positive. */
  public static String signed(double value) {
    return value > 0 ? "+" + of(value) : of(value);
  }

  /** A share as a whole percentage. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /** A share as a percentage with one decimal. */
  public static String share(double share) {
    return Double.isNaN(share) ? "none" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
