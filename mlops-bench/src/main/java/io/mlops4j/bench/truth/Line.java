package io.mlops4j.bench.truth;

import java.util.Locale;

/**
 * A line of the output: what was measured, and the bound that it is held to.
 *
 * @param name begins with the topic
 * @param measured as it is printed
 * @param stated the bound with {@code <=} or {@code >=}, or {@code -} if the line is held to
 *     nothing
 * @param ok whether the bound holds
 * @param note what the figure rests on; may be empty
 */
public record Line(String name, String measured, String stated, boolean ok, String note) {
  /** A figure that is only shown. */
  public static Line shown(String name, double measured, String note) {
    return new Line(name, text(measured), "-", true, note);
  }

  /** A figure with an upper bound. NaN does not hold it. */
  public static Line atMost(String name, double measured, double bound, String note) {
    return new Line(name, text(measured), "<=" + bound(bound), measured <= bound, note);
  }

  /** A figure with a lower bound. NaN does not hold it. */
  public static Line atLeast(String name, double measured, double bound, String note) {
    return new Line(name, text(measured), ">=" + bound(bound), measured >= bound, note);
  }

  private static String text(double figure) {
    return String.format(Locale.ROOT, "%.4f", figure);
  }

  private static String bound(double figure) {
    return String.format(Locale.ROOT, "%.2f", figure);
  }

  String text() {
    return "TRUTH "
        + name
        + " "
        + measured
        + " "
        + stated
        + " "
        + (ok ? "ok" : "short")
        + (note.isEmpty() ? "" : " " + note);
  }
}
