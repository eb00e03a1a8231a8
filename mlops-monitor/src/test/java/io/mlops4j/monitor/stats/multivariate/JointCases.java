package io.mlops4j.monitor.stats.multivariate;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.golden.GoldenFile;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Rows for statistics of many columns: expected ones and drawn ones. */
final class JointCases {
  static final JsonNode CASES = GoldenFile.read("edge/joint_cases.json");

  private JointCases() {}

  static double[][] rows(JsonNode array) {
    return GoldenFile.elements(array).map(GoldenFile::doubles).toArray(double[][]::new);
  }

  /** Independent normal columns. */
  static double[][] normal(
      RandomGenerator random, int rows, int columns, double mean, double deviation) {
    return IntStream.range(0, rows)
        .mapToObj(
            i ->
                IntStream.range(0, columns)
                    .mapToDouble(j -> mean + deviation * random.nextGaussian())
                    .toArray())
        .toArray(double[][]::new);
  }
}
