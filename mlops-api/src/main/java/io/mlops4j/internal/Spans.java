package io.mlops4j.internal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

/** Writes durations for people. */
public final class Spans {
  private static final String[] NAMES = {" day", " h", " min", " s"};
  private static final long[] SECONDS = {86_400, 3_600, 60, 1};

  private Spans() {}

  /**
   * Writes a duration with its two largest units, rounded to the smaller one.
   *
   * @param time the duration
   * @return such as {@code 2 h 14 min}, {@code 7 days}, {@code 1.5 s} or {@code 20 ms}
   */
  public static String text(Duration time) {
    if (time.isNegative()) {
      return "-" + text(time.negated());
    }
    if (time.toMinutes() < 1) {
      return seconds(time.toNanos());
    }
    int unit = 0;
    while (time.toSeconds() < SECONDS[unit]) {
      unit++;
    }
    long smaller = SECONDS[unit + 1];
    long count = (time.toSeconds() + smaller / 2) / smaller;
    long perUnit = SECONDS[unit] / smaller;
    if (unit > 0 && count == SECONDS[unit - 1] / smaller) { // such as 59 min 59.9 s in whole hours
      return "1" + NAMES[unit - 1];
    }
    long rest = count % perUnit;
    return named(count / perUnit, unit) + (rest == 0 ? "" : " " + named(rest, unit + 1));
  }

  private static String named(long count, int unit) {
    return count + NAMES[unit] + (unit == 0 && count != 1 ? "s" : "");
  }

  private static String seconds(long nanos) {
    int power = nanos >= 1_000_000_000 || nanos == 0 ? 9 : nanos >= 1_000_000 ? 6 : 3;
    String number =
        BigDecimal.valueOf(nanos, power)
            .round(new MathContext(3))
            .stripTrailingZeros()
            .toPlainString();
    return number + (power == 9 ? " s" : power == 6 ? " ms" : " µs");
  }
}
