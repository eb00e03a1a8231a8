package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.runtime.feature.arrow.ArrowFiles;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.internal.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Describes the rows of a source as a data set: digest, query, number of rows, and period. */
final class SourceDataset {
  private SourceDataset() {}

  static DatasetRef of(FeatureSource source, String name, @Nullable String time) {
    String what = "data set " + name;
    try (Offline offline = Offline.open()) {
      Path file = source.path();
      // An Arrow file can have columns that no other file has, so they are not read for a count.
      OptionalLong counted =
          file != null && time == null ? ArrowFiles.rows(file) : OptionalLong.empty();
      if (file != null && counted.isPresent()) {
        offline.note(what, file);
        DatasetRef dataset = DatasetRef.of(name, Disk.digest(file, bytes -> {}));
        offline.requireUnchanged();
        return dataset.withRows(counted.getAsLong());
      }
      String rows = offline.read(what, time == null ? source : source.only(time));
      DatasetRef dataset;
      if (file == null) {
        Path content = offline.temporary("dataset.parquet");
        offline.run(
            what, "COPY (" + rows + "\n) TO " + Sql.text(content.toString()) + " (FORMAT parquet)");
        rows = "SELECT * FROM read_parquet(" + Sql.text(content.toString()) + ")";
        dataset =
            DatasetRef.of(name, Disk.digest(content, bytes -> {})).withQuery(source.toString());
      } else {
        dataset = DatasetRef.of(name, Disk.digest(file, bytes -> {}));
      }
      DatasetRef described = described(offline, what, rows, dataset, time);
      offline.requireUnchanged();
      return described;
    } catch (IOException e) {
      throw new DataException(what + ": cannot read " + source + ": " + e, e);
    }
  }

  private static DatasetRef described(
      Offline offline, String what, String rows, DatasetRef dataset, @Nullable String time) {
    if (time == null) {
      return dataset.withRows(offline.numbers(what, "SELECT count(*) FROM (" + rows + "\n)")[0]);
    }
    String type = Offline.timeType(what, offline.columns(what, rows), time);
    String micros = Kind.micros(Sql.name(time), type, false);
    long[] facts =
        offline.numbers(
            what,
            "SELECT count(*), count(%1$s), min(%1$s), max(%1$s) FROM (%2$s\n)"
                .formatted(micros, rows));
    DatasetRef counted = dataset.withRows(facts[0]);
    return facts[1] == 0
        ? counted
        : counted.withPeriod(Times.instant(facts[2]), Times.instant(facts[3] + 1));
  }
}
