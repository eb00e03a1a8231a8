package io.mlops4j.runtime.view;

import io.mlops4j.error.DataException;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.view.Events.Column;
import io.mlops4j.runtime.view.TrainingSet.Joined;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes a training set to a file that is complete or absent, and describes it. */
final class TrainingFile {
  /** Fewer rows are equal by chance too easily. */
  private static final int ROWS_TO_JUDGE = 100;

  private final Offline offline;
  private final TrainingSet.Builder job;
  private final String labels;

  TrainingFile(Offline offline, TrainingSet.Builder job, String labels) {
    this.offline = offline;
    this.job = job;
    this.labels = labels;
  }

  TrainingSet write(Path file, String query, Map<String, Column> features, List<Joined> joined) {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    Path staged = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      offline.run(
          file.toString(),
          "COPY (" + query + ") TO " + Sql.text(staged.toString()) + " (FORMAT parquet)");
      refuseCopiesOfLabels(staged, features);
      offline.requireUnchanged();
      DatasetRef dataset = dataset(file, staged);
      try (FileChannel channel = FileChannel.open(staged, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Disk.force(folder);
      return new TrainingSet(file, dataset, joined);
    } catch (IOException e) {
      throw new DataException(file + ": cannot write the training set: " + e.getMessage(), e);
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  private DatasetRef dataset(Path file, Path staged) throws IOException {
    String last = String.valueOf(file.getFileName());
    String name =
        job.name == null ? last.substring(0, last.length() - ".parquet".length()) : job.name;
    long[] facts =
        offline.numbers(
            "labels",
            "SELECT count(*), epoch_us(min(mlops4j_time)), epoch_us(max(mlops4j_time)) FROM "
                + labels);
    DatasetRef dataset =
        DatasetRef.of(name, Disk.digest(staged, bytes -> {})).withQuery(query()).withRows(facts[0]);
    return facts[0] == 0
        ? dataset
        : dataset.withPeriod(Times.instant(facts[1]), Times.instant(facts[2] + 1));
  }

  /** Returns the labels, views and rules of the join as text, from which it can be made again. */
  private String query() {
    List<String> parts = new ArrayList<>(List.of("labels " + job.labels + " at " + job.time));
    if (!job.targets.isEmpty()) {
      parts.add("predict " + PointInTimeJoin.listed(job.targets));
    }
    job.views.forEach(
        each ->
            parts.add(
                "view "
                    + each.view().name()
                    + " "
                    + each.view().version()
                    + " by "
                    + each.keys()
                    + (each.prefix().isEmpty() ? "" : " as " + each.prefix())));
    if (job.asKnown) {
      parts.add("as known");
    }
    return String.join("; ", parts);
  }

  /** Refuses a feature that equals a label in every row: it is the label, under another name. */
  private void refuseCopiesOfLabels(Path staged, Map<String, Column> features) {
    String from = " FROM read_parquet(" + Sql.text(staged.toString()) + ")";
    Map<String, String> columns = offline.columns("labels", "SELECT *" + from);
    for (String target : job.targets) {
      Kind kind = Kind.of(columns.getOrDefault(target, ""));
      List<String> alike = new ArrayList<>();
      List<String> select = new ArrayList<>();
      features.forEach(
          (name, column) -> {
            if (comparable(kind, column.kind())) {
              alike.add(name);
              String both =
                  Sql.name(name) + " IS NOT NULL AND " + Sql.name(target) + " IS NOT NULL";
              select.add("count(*) FILTER (WHERE " + both + ")");
              select.add(
                  "count(*) FILTER (WHERE "
                      + both
                      + " AND "
                      + Sql.name(name)
                      + " <> "
                      + Sql.name(target)
                      + ")");
              select.add(
                  "CASE WHEN min("
                      + Sql.name(name)
                      + ") = max("
                      + Sql.name(name)
                      + ") THEN 1 ELSE 0 END");
            }
          });
      if (alike.isEmpty()) {
        continue;
      }
      long[] counts = offline.numbers("labels", "SELECT " + String.join(", ", select) + from);
      for (int i = 0; i < alike.size(); i++) {
        if (counts[3 * i] >= ROWS_TO_JUDGE && counts[3 * i + 1] == 0 && counts[3 * i + 2] == 0) {
          throw new DataException(
              "training set: leakage: feature "
                  + alike.get(i)
                  + " equals label "
                  + target
                  + " in all "
                  + counts[3 * i]
                  + " rows that have both, expected a feature that is known before the label;"
                  + " remove it from the view",
              null);
        }
      }
    }
  }

  private static boolean comparable(@Nullable Kind a, Kind b) {
    return a != null && (a == b || (number(a) && number(b)));
  }

  private static boolean number(Kind kind) {
    return kind == Kind.INTEGER || kind == Kind.FLOAT || kind == Kind.DOUBLE;
  }
}
