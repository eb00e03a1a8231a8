package io.mlops4j.monitor.report.service;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.spi.DataProfiler;
import java.util.Set;

/** Summarises data sets as {@link Profile} does. Thread safe. */
public final class ProfileDataProfiler implements DataProfiler {
  /** Creates a profiler; called by {@link java.util.ServiceLoader}. */
  public ProfileDataProfiler() {}

  @Override
  public Summary profile(Iterable<FeatureBatch> rows, Set<String> columns, Set<String> except) {
    Profile.Builder builder = Profile.builder().except(except.toArray(String[]::new));
    if (!columns.isEmpty()) {
      builder.columns(columns.toArray(String[]::new));
    }
    for (FeatureBatch batch : rows) {
      RowColumns.check(batch, columns);
      RowColumns.check(batch, except); // otherwise a misspelt column would be profiled
      builder.add(batch);
    }
    return new Profiled(builder.build());
  }

  private record Profiled(Profile profile) implements Summary {
    @Override
    public long rows() {
      return profile.rows();
    }

    @Override
    public String text() {
      StringBuilder text = new StringBuilder();
      text.append(profile.rows()).append(" rows\n");
      for (String name : profile.columns()) {
        ColumnProfile column = profile.column(name);
        text.append("  ")
            .append(
                column instanceof SkippedColumn skipped ? name + ": " + skipped.detail() : column)
            .append('\n');
      }
      return text.toString();
    }

    @Override
    public String json() {
      return profile.toJson();
    }

    @Override
    public byte[] bytes() {
      return profile.toBytes();
    }
  }
}
