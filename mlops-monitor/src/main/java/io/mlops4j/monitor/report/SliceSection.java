package io.mlops4j.monitor.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Writes what was found slice by slice: a table of the slices with the largest effects. */
final class SliceSection {
  /** So many slices are in the table; the report for programs has all. */
  private static final int SHOWN = 50;

  /** So many drifted columns of a slice are named. */
  private static final int NAMED = 3;

  private final Markup out;

  SliceSection(Markup out) {
    this.out = out;
  }

  void write(DriftReport report) {
    List<SliceDrift> slices = report.shownSlices();
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

  private static String headline(
      DriftReport report, List<SliceDrift> slices, List<SliceDrift> drifted) {
    int few = report.slices().size() - slices.size();
    return "Columns drifted in %d of %d slices%s. The p-values of all slices were adjusted together."
        .formatted(
            drifted.size(),
            slices.size(),
            few == 0 ? "" : ", and %d more have too few rows to say".formatted(few));
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
