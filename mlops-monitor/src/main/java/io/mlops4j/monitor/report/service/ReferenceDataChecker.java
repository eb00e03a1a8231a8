package io.mlops4j.monitor.report.service;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.monitor.report.JsonReport;
import io.mlops4j.spi.DataChecker;
import java.util.Set;

/** Checks data sets by the default policy of {@link QualitySuite}. Thread safe. */
public final class ReferenceDataChecker implements DataChecker {
  /** Creates a checker; called by {@link java.util.ServiceLoader}. */
  public ReferenceDataChecker() {}

  @Override
  public Report check(
      Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
    QualityReference.Builder rows =
        QualityReference.builder(Profile.builder().except(except.toArray(String[]::new)));
    for (FeatureBatch batch : reference) {
      RowColumns.check(batch, except); // otherwise a misspelt column would be checked
      rows.add(batch);
    }
    QualityReference learned = rows.build();
    checkRows("reference", learned.profile().rows());
    QualityReport report = QualitySuite.of(learned).check(current);
    checkRows("current", report.rows());
    return new Checked(report);
  }

  private static void checkRows(String side, long rows) {
    if (rows == 0) {
      throw new IllegalArgumentException(side + ": found no rows, expected some to check");
    }
  }

  private record Checked(QualityReport report) implements Report {
    @Override
    public boolean passed() {
      return report.passed();
    }

    @Override
    public int checks() {
      return report.results().size() - report.notChecked().size();
    }

    @Override
    public String text() {
      return report + "\n";
    }

    @Override
    public String json() {
      return JsonReport.of(report).toJson();
    }

    @Override
    public String html(String title) {
      return HtmlReport.builder(title).quality("Checks", report).build().toHtml();
    }
  }
}
