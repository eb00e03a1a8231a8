package io.mlops4j.monitor.report.service;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.HtmlReport;
import io.mlops4j.monitor.report.JsonReport;
import io.mlops4j.spi.DriftReporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Compares two data sets by the default policy of {@link DriftReport}. Thread safe. */
public final class ProfileDriftReporter implements DriftReporter {
  /** Creates a reporter; called by {@link java.util.ServiceLoader}. */
  public ProfileDriftReporter() {}

  @Override
  public Report report(
      Iterable<FeatureBatch> reference, Iterable<FeatureBatch> current, Set<String> except) {
    Profile.Builder builder = Profile.builder().except(except.toArray(String[]::new));
    for (FeatureBatch batch : reference) {
      RowColumns.check(batch, except); // otherwise a misspelt column would be compared
      builder.add(batch);
    }
    Profile profile = builder.build();
    checkRows("reference", profile);
    Profile.Builder counting = profile.counting();
    Profile.Builder others = null;
    for (FeatureBatch batch : current) {
      if (others == null) {
        List<String> names = new ArrayList<>(RowColumns.names(batch, except));
        names.removeAll(profile.columns());
        others = Profile.builder().columns(names.toArray(String[]::new));
      }
      counting.add(batch);
      others.add(batch);
    }
    Profile rows = counting.build();
    checkRows("current", rows);
    Profile all = others == null ? rows : rows.join(others.build());
    return new Compared(DriftReport.compare(profile, all));
  }

  private static void checkRows(String side, Profile profile) {
    if (profile.rows() == 0) {
      throw new IllegalArgumentException(side + ": found no rows, expected some to compare");
    }
  }

  private record Compared(DriftReport report) implements Report {
    @Override
    public boolean drifted() {
      return !report.driftedFeatures().isEmpty();
    }

    @Override
    public int judged() {
      return report.judgedColumns();
    }

    @Override
    public String text() {
      StringBuilder text = new StringBuilder();
      text.append(report.dataSet())
          .append(" between ")
          .append(report.reference().rows())
          .append(" reference rows and ")
          .append(report.current().rows())
          .append(" current rows\n");
      report.features().forEach(feature -> line(text, feature.name(), feature.verdict()));
      report.skipped().forEach(column -> line(text, column.name(), column.detail()));
      report.onlyInReference().forEach(name -> line(text, name, "only in the reference"));
      report.onlyInCurrent().forEach(name -> line(text, name, "only in the current rows"));
      return text.toString();
    }

    private static void line(StringBuilder text, String name, Object verdict) {
      text.append("  ").append(name).append("  ").append(verdict).append('\n');
    }

    @Override
    public String json() {
      return JsonReport.of(report).toJson();
    }

    @Override
    public String html(String title) {
      return HtmlReport.builder(title).drift("Current rows and reference", report).build().toHtml();
    }
  }
}
