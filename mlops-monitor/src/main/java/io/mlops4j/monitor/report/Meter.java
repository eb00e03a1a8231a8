package io.mlops4j.monitor.report;

/** A bar that shows an effect against its bound, with the figures beside it. */
final class Meter {
  private static final double WIDTH = 90;

  /** How many bounds the bar is long. */
  private static final double BOUNDS = 3;

  private Meter() {}

  static void write(Markup out, DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Drifted drifted) {
      write(out, drifted.measure(), drifted.effect(), drifted.bound(), "alarm");
    } else if (verdict instanceof DriftVerdict.Stable stable) {
      write(out, stable.measure(), stable.effect(), stable.bound(), "good");
    } else {
      out.text("none");
    }
  }

  private static void write(Markup out, String measure, double effect, double bound, String tone) {
    double length = Math.min(1, Math.abs(effect) / bound / BOUNDS) * WIDTH;
    out.open("svg", "class", "meter", "viewBox", "0 0 90 12", "aria-hidden", "true");
    out.shape("path", "class", "track", "d", "M0 6H" + Markup.coordinate(WIDTH));
    out.shape("path", "class", tone, "d", "M0 6H" + Markup.coordinate(length));
    out.shape("path", "class", "tick", "d", "M" + Markup.coordinate(WIDTH / BOUNDS) + " 0V12");
    out.close();
    out.open("span", "class", "figure").element("b", Figures.of(effect));
    out.text(", bound " + Figures.of(bound)).close();
    out.element("span", name(measure), "class", "fine");
  }

  private static String name(String measure) {
    return switch (measure) {
      case "wasserstein/sigma" -> "Wasserstein / \u03c3";
      case "jensen-shannon distance" -> "Jensen-Shannon";
      default -> measure;
    };
  }
}
