package io.mlops4j.bench.soak.part;

import java.util.Locale;

/**
 * What a part has found.
 *
 * @param name of the figure; the part's, or one below it
 * @param figure what was measured or counted
 * @param bound how much it may be
 */
public record Finding(String name, double figure, double bound) {
  public boolean ok() {
    return figure <= bound;
  }

  public String line() {
    return "SOAK %s %s <=%s %s".formatted(name, text(figure), text(bound), ok() ? "ok" : "short");
  }

  private static String text(double value) {
    return value == Math.rint(value) && !Double.isInfinite(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.1f", value);
  }
}
