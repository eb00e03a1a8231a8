package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelVersion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The answers to the flights of a day by row, from batches and records. */
final class Answers {
  private final float[] probability;
  private final @Nullable ServedBy[] servedBy;
  private final AtomicInteger failed = new AtomicInteger();

  Answers(int rows) {
    probability = new float[rows];
    Arrays.fill(probability, Float.NaN);
    servedBy = new ServedBy[rows];
  }

  void put(int row, Delay answer) {
    probability[row] = answer.probability();
    servedBy[row] = answer.servedBy();
  }

  void put(int from, Prediction answers) {
    answers.floats(Story.SCORE, probability, from);
    Arrays.fill(servedBy, from, from + answers.rows(), answers.servedBy());
  }

  void failed(int rows) {
    failed.addAndGet(rows);
  }

  int rows() {
    return probability.length;
  }

  /** NaN where there was no answer. */
  double[] probabilities() {
    return IntStream.range(0, probability.length).mapToDouble(row -> probability[row]).toArray();
  }

  /** The versions that answered, in the order of their first answer, and their number of rows. */
  Map<ModelVersion, Integer> byVersion() {
    Map<ModelVersion, Integer> rows = new LinkedHashMap<>();
    Arrays.stream(servedBy)
        .filter(Objects::nonNull)
        .flatMap(by -> by.version().stream())
        .forEach(version -> rows.merge(version, 1, Integer::sum));
    return rows;
  }

  int failed() {
    return failed.get();
  }
}
