package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.internal.Figures;

/** Draws an effect as a bar with a tick at its bound, and the figures beside it. */
final class EffectBar {
  private static final double WIDTH = 90;

  /** The length of the bar, in bounds. */
  private static final double BOUNDS = 3;

  private EffectBar() {}

  static void write(Markup out, DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Judged judged) {
      write(out, judged, judged instanceof DriftVerdict.Drifted ? "alarm" : "good");
    } else {
      out.text("none");
    }
  }

  private static void write(Markup out, DriftVerdict.Judged verdict, String tone) {
    double length = Math.min(1, verdict.relativeEffect() / BOUNDS) * WIDTH;
    out.open("svg", "class", "meter", "viewBox", "0 0 90 12", "aria-hidden", "true");
    out.shape("path", "class", "track", "d", "M0 6H" + Markup.coordinate(WIDTH));
    out.shape("path", "class", tone, "d", "M0 6H" + Markup.coordinate(length));
    out.shape("path", "class", "tick", "d", "M" + Markup.coordinate(WIDTH / BOUNDS) + " 0V12");
    out.close();
    out.open("span", "class", "figure").element("b", Figures.of(verdict.effect()));
    out.text(", bound " + Figures.of(verdict.bound())).close();
    out.element("span", name(verdict.measure()), "class", "fine");
  }

  private static String name(String measure) {
    return switch (measure) {
      case "wasserstein/sigma" -> "Wasserstein / \u03c3";
      case "jensen-shannon distance" -> "Jensen-Shannon";
      default -> measure;
    };
  }
}
