package io.mlops4j.samples.quickstart;

import io.mlops4j.model.GoldenRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Reads the golden rows of a version, which the training wrote beside the model. */
final class GoldenCsv {
  private static final double TOLERANCE = 1e-6;

  private GoldenCsv() {}

  static GoldenRows read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<String[]> rows = lines.stream().skip(1).map(line -> line.split(",")).toList();
    return GoldenRows.within(TOLERANCE)
        .withInput("distance", column(rows, 0, Float::valueOf))
        .withInput("hour", column(rows, 1, Integer::valueOf))
        .withInput("weekday", column(rows, 2, Integer::valueOf))
        .withInput("origin", column(rows, 3, text -> text))
        .withInput("destination", column(rows, 4, text -> text))
        .withOutput("probability", column(rows, 5, Double::valueOf));
  }

  private static Object[] column(List<String[]> rows, int index, Function<String, Object> parse) {
    return rows.stream().map(row -> parse.apply(row[index])).toArray();
  }
}
