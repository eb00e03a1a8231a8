package io.mlops4j.samples.quickstart;

import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.performance.Metric;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import io.mlops4j.samples.quickstart.Screen.Tone;
import io.mlops4j.samples.quickstart.Table.Cell;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results as tables, for screen and page. */
final class Tables {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  private Tables() {}

  static Table months(List<Month.Summary> months) {
    List<Cell> head = new ArrayList<>();
    head.add(Cell.text("month").in(Tone.DIM));
    for (String column : List.of("flights", "rows/s", "predicted", "late", "ROC AUC")) {
      head.add(Cell.number(column).in(Tone.DIM));
    }
    Story.FEATURES.forEach(feature -> head.add(Cell.text(feature).in(Tone.DIM)));
    head.add(Cell.text("served by").in(Tone.DIM));
    Table table = new Table().row(head);
    months.forEach(month -> table.row(month(month)));
    return table;
  }

  private static List<Cell> month(Month.Summary month) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.text(month.month().getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH)));
    cells.add(Cell.number(count(month.rows())));
    cells.add(Cell.number(count(Math.round(month.rowsPerSecond()))));
    cells.add(Cell.number(percent(month.probability())));
    cells.add(Cell.number(percent(month.late())));
    cells.add(Cell.number(metric(month.performance().rocAuc())));
    Story.FEATURES.forEach(feature -> cells.add(verdict(month.drift(), feature)));
    cells.add(Cell.text(versions(month.daysByVersion().keySet())));
    return cells;
  }

  private static String versions(Collection<ModelVersion> versions) {
    return versions.stream().map(v -> "v" + v.number()).collect(Collectors.joining(", "));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static Cell verdict(DriftReport report, String feature) {
    DriftVerdict verdict = report.feature(feature).verdict();
    if (verdict instanceof DriftVerdict.Drifted) {
      return Cell.text("drifted").in(Tone.BAD);
    }
    return verdict instanceof DriftVerdict.Stable
        ? Cell.text("stable").in(Tone.GOOD)
        : Cell.text("too few rows").in(Tone.NOTE);
  }

  static Table drift(DriftReport report) {
    Table table =
        new Table()
            .row(
                Cell.text("feature").in(Tone.DIM),
                Cell.text("verdict").in(Tone.DIM),
                Cell.text("why").in(Tone.DIM));
    for (FeatureDrift feature : report.features()) {
      table.row(
          Cell.text(feature.name()),
          verdict(report, feature.name()),
          Cell.text(effect(feature.evidence().get(0))));
    }
    return table;
  }

  private static String effect(Evidence effect) {
    return String.format(
        Locale.ROOT, "%s %.3f, bound %s", effect.name(), effect.measured(), effect.bound());
  }

  private static String metric(Metric metric) {
    return metric instanceof Metric.Value value
        ? String.format(Locale.ROOT, "%.3f", value.value())
        : "-";
  }

  static Table history(List<AliasRecord> changes) {
    Table table =
        new Table()
            .row(
                Cell.number("record").in(Tone.DIM),
                Cell.text("when (UTC)").in(Tone.DIM),
                Cell.text("who").in(Tone.DIM),
                Cell.text("from").in(Tone.DIM),
                Cell.text("to").in(Tone.DIM),
                Cell.text("why").in(Tone.DIM));
    changes.forEach(change -> table.row(change(change)));
    return table;
  }

  private static List<Cell> change(AliasRecord change) {
    ModelVersion from = change.from();
    return List.of(
        Cell.number(Long.toString(change.number())),
        Cell.text(TIME.format(change.at())),
        Cell.text(change.change().actor()),
        Cell.text(from == null ? "-" : from.toString()),
        Cell.text(change.isRemoval() ? "removed" : String.valueOf(change.to())),
        Cell.text(change.change().reason()));
  }
}
