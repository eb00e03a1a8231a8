package io.mlops4j.bench.view;

import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.runtime.view.FeatureSource;
import io.mlops4j.runtime.view.FeatureView;
import io.mlops4j.runtime.view.TrainingSet;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/** A training set from files to a file: by a feature view, or by DuckDB's ASOF JOIN alone. */
final class JoinedFile implements Measured {
  /** Writes the joined file. */
  private interface Join {
    void of(EventFiles files) throws SQLException;
  }

  private final EventFiles files;
  private final Join join;

  private JoinedFile(EventFiles files, Join join) {
    this.files = files;
    this.join = join;
  }

  static JoinedFile byView(long events, long labels) throws IOException, SQLException {
    return new JoinedFile(
        EventFiles.write(events, labels),
        files ->
            TrainingSet.builder(FeatureSource.file(files.labels()), "t")
                .label("y")
                .view(
                    FeatureView.builder("events")
                        .source(FeatureSource.file(files.events()))
                        .keys("k")
                        .eventTime("ts")
                        .build())
                .write(files.out()));
  }

  static JoinedFile bare(long events, long labels) throws IOException, SQLException {
    return new JoinedFile(
        EventFiles.write(events, labels),
        files ->
            EventFiles.run(
                "COPY (SELECT l.*, e.a, e.b, e.c, e.d FROM read_parquet('%s') l ASOF LEFT JOIN read_parquet('%s') e"
                        .formatted(files.labels(), files.events())
                    + " ON l.k = e.k AND l.t >= e.ts) TO '%s' (FORMAT parquet)"
                        .formatted(files.out())));
  }

  Path out() {
    return files.out();
  }

  @Override
  public double measure() throws SQLException {
    long begin = System.nanoTime();
    join.of(files);
    return System.nanoTime() - begin;
  }

  @Override
  public void close() throws IOException {
    files.delete();
  }
}
