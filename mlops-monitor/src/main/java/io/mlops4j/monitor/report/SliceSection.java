package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.drift.SliceDrift;
import io.mlops4j.monitor.internal.Figures;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes the comparison of slices: a table of the slices with the largest effects. */
final class SliceSection {
  /** The most slices in the table; the JSON report has all of them. */
  private static final int SHOWN = 50;

  /** The most drifted columns that are named for a slice. */
  private static final int NAMED = 3;

  private final Markup out;

  SliceSection(Markup out) {
    this.out = out;
  }

  void write(DriftReport report) {
    List<SliceDrift> slices = shown(report);
    List<SliceDrift> drifted =
        slices.stream().filter(slice -> !slice.driftedFeatures().isEmpty()).toList();
    out.element("h3", "Slice by slice", "class", "lone");
    out.element("p", headline(report, slices, drifted));
    if (slices.isEmpty()) {
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    slices.stream().limit(SHOWN).forEach(slice -> rows.add(row(slice)));
    Tables.writeSortable(
        out,
        slices.size() > SHOWN
            ? "The %d slices with the largest effects, of %d".formatted(SHOWN, slices.size())
            : "All slices with enough rows, largest effect first",
        List.of("Slice", "Drifted columns", "Reference rows", "Current rows"),
        rows);
  }

  /** The slices with a verdict and with enough rows on both sides for their names to be shown. */
  static List<SliceDrift> shown(DriftReport report) {
    return report.slices().stream()
        .filter(
            slice ->
                slice.judged()
                    && Math.min(slice.reference().rows(), slice.current().rows())
                        >= report.exportRules().smallestCount())
        .toList();
  }

  private static String headline(
      DriftReport report, List<SliceDrift> slices, List<SliceDrift> drifted) {
    int few = report.slices().size() - slices.size();
    return "Columns drifted in %d of %d slices%s. The p-values of all slices were adjusted together."
        .formatted(
            drifted.size(),
            slices.size(),
            few == 0 ? "" : "; %d more have too few rows for a verdict".formatted(few));
  }

  private static List<String> row(SliceDrift slice) {
    List<FeatureDrift> drifted = slice.driftedFeatures();
    String names =
        drifted.stream().limit(NAMED).map(FeatureDrift::name).collect(Collectors.joining(", "));
    return List.of(
        slice.slice(),
        drifted.size() > NAMED
            ? names + " and " + (drifted.size() - NAMED) + " more"
            : drifted.isEmpty() ? "none" : names,
        Figures.of(slice.reference().rows()),
        Figures.of(slice.current().rows()));
  }
}
