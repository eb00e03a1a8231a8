package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.internal.ValueCopies;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;

/**
 * Finds the rows that a model rejects by halving, and scores the others. One bad row of n costs
 * about 2 log n calls. One thread.
 */
final class GoodRows implements AutoCloseable {
  private final Function<FeatureBatch, Prediction> predict;
  private final Function<FeatureBatch, List<FieldVector>> chosen;
  private final long most;
  private final BufferAllocator allocator;
  private final List<FieldVector> outputs = new ArrayList<>();
  private int count;
  private int firstBad = -1;
  private String firstReason = "";

  /**
   * @param most the number of bad rows after which the search ends
   */
  GoodRows(
      Function<FeatureBatch, Prediction> predict,
      Function<FeatureBatch, List<FieldVector>> chosen,
      long most,
      BufferAllocator allocator) {
    this.predict = predict;
    this.chosen = chosen;
    this.most = most;
    this.allocator = allocator;
  }

  void score(FeatureBatch rows) {
    try (FeatureBatch none = rows.slice(0, 0);
        Prediction empty = predict.apply(none);
        FeatureBatch types = empty.outputs()) {
      for (FieldVector type : chosen.apply(types)) {
        FieldVector output = type.getField().createVector(allocator);
        outputs.add(output);
        output.setInitialCapacity(rows.rows());
        output.allocateNew();
      }
    }
    score(rows, 0, rows.rows());
    outputs.forEach(output -> output.setValueCount(rows.rows()));
  }

  private void score(FeatureBatch rows, int from, int number) {
    if (count > most) {
      return; // the work fails anyway
    }
    try (FeatureBatch part = rows.slice(from, number);
        Prediction prediction = predict.apply(part);
        FeatureBatch answers = prediction.outputs()) {
      List<FieldVector> found = chosen.apply(answers);
      for (int i = 0; i < outputs.size(); i++) {
        for (int row = 0; row < number; row++) {
          ValueCopies.copy(found.get(i), row, outputs.get(i), from + row);
        }
      }
    } catch (ModelInputException e) {
      if (number > 1) {
        int half = number / 2;
        score(rows, from, half);
        score(rows, from + half, number - half);
      } else {
        bad(from, e);
      }
    }
  }

  private void bad(int row, ModelInputException reason) {
    count++;
    if (firstBad < 0) {
      firstBad = row;
      // The call had this row only, so its own number for it says nothing.
      String found = reason.found().replaceFirst(" in row 0$", "");
      firstReason = reason.column() + ": found " + found + ", expected " + reason.expected();
    }
    outputs.forEach(output -> output.setNull(row));
  }

  List<FieldVector> outputs() {
    return outputs;
  }

  int count() {
    return count;
  }

  /** Returns -1 if there is none. */
  int firstBad() {
    return firstBad;
  }

  String firstReason() {
    return firstReason;
  }

  @Override
  public void close() {
    outputs.forEach(FieldVector::close);
  }
}
