package io.mlops4j.monitor.report.service;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SkippedColumn;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.spi.DataProfiler;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Summarises data sets as {@link Profile} and {@link Reference} do. Thread safe. */
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

  @Override
  public Summary reference(
      Iterable<FeatureBatch> rows,
      @Nullable String time,
      Set<String> columns,
      Set<String> except,
      Set<String> keys) {
    Set<String> named = new LinkedHashSet<>(columns);
    named.addAll(except);
    named.addAll(keys);
    try (Reference.Builder builder = time == null ? Reference.builder() : Reference.builder(time)) {
      builder.except(except.toArray(String[]::new)).keys(keys.toArray(String[]::new));
      if (!columns.isEmpty()) {
        builder.columns(columns.toArray(String[]::new));
      }
      for (FeatureBatch batch : rows) {
        RowColumns.check(batch, named); // otherwise a misspelt column would be watched
        builder.add(batch);
      }
      return new Learned(builder.build());
    }
  }

  /** Appends a line for each column. */
  private static void lines(StringBuilder text, Profile profile) {
    for (String name : profile.columns()) {
      ColumnProfile column = profile.column(name);
      text.append("  ")
          .append(column instanceof SkippedColumn skipped ? name + ": " + skipped.detail() : column)
          .append('\n');
    }
  }

  private record Learned(Reference reference) implements Summary {
    @Override
    public long rows() {
      return reference.profile().rows();
    }

    @Override
    public String text() {
      StringBuilder text = new StringBuilder();
      text.append(reference).append("\n  ").append(reference.time());
      text.append(": tells days apart, is not watched\n");
      lines(text, reference.profile());
      return text.toString();
    }

    @Override
    public String json() {
      return ReferenceJson.write(reference);
    }

    @Override
    public byte[] bytes() {
      return reference.toBytes();
    }
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
      lines(text, profile);
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
