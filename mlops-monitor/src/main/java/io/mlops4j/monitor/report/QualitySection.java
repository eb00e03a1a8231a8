package io.mlops4j.monitor.report;

import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualityResult;
import java.util.ArrayList;
import java.util.List;

/** Writes a report of data quality into a page: the verdict, then tables of all checks. */
final class QualitySection {
  private QualitySection() {}

  static void write(Markup out, String id, String heading, QualityReport report) {
    out.open("section", "aria-labelledby", id);
    out.element("h2", heading, "id", id);
    verdict(out, report);
    if (!report.failures().isEmpty()) {
      Tables.write(
          out,
          "Failed checks, largest effect first",
          List.of("Column", "Check", "Measured", "Bound", "What was found", "What to do"),
          report.failures().stream().map(QualitySection::row).toList());
    }
    List<List<String>> passed =
        report.results().stream()
            .filter(QualityResult.Passed.class::isInstance)
            .map(QualityResult.Passed.class::cast)
            .map(one -> row(one, Figures.of(one.measured()), Figures.of(one.bound())))
            .toList();
    if (!passed.isEmpty()) {
      Tables.write(out, "Passed checks", List.of("Column", "Check", "Measured", "Bound"), passed);
    }
    if (!report.notChecked().isEmpty()) {
      Tables.write(
          out,
          "Checks that were not made",
          List.of("Column", "Check", "Reason"),
          report.notChecked().stream().map(one -> row(one, one.reason())).toList());
    }
    out.close().raw("\n");
  }

  private static void verdict(Markup out, QualityReport report) {
    int made = report.results().size() - report.notChecked().size();
    int failed = report.failures().size();
    String tone = failed > 0 ? "alarm" : made > 0 ? "good" : "neutral";
    String headline =
        failed > 0
            ? "Broken: %d of %d checks failed.".formatted(failed, made)
            : made > 0 ? "Sound: all %d checks passed.".formatted(made) : "No check was made.";
    out.open("p", "class", "notice " + tone).element("strong", headline);
    out.text(
        " %s of %s rows were checked."
            .formatted(Figures.of(report.checkedRows()), Figures.of(report.rows())));
    out.close().raw("\n");
  }

  private static List<String> row(QualityResult.Failed failed) {
    return row(
        failed,
        Figures.of(failed.measured()),
        Figures.of(failed.bound()),
        failed.text(),
        failed.advice());
  }

  private static List<String> row(QualityResult result, String... more) {
    List<String> cells = new ArrayList<>(List.of(result.column(), result.check().words()));
    cells.addAll(List.of(more));
    return cells;
  }
}
