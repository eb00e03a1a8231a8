package io.mlops4j.monitor.explain;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import java.util.Objects;

/** The function whose shift is explained: a model's output, or any function of rows. */
@FunctionalInterface
public interface Predictor {
  /**
   * Predicts rows.
   *
   * @param rows borrowed for the call
   * @return one number for each row, in order
   */
  double[] predict(FeatureBatch rows);

  /**
   * Predicts one floating-point output of a model, with one value for each row. The listeners of
   * the model receive these calls like all others: use an instance without the monitor that watches
   * live traffic.
   *
   * @param model the model; the caller closes it
   * @param output the name of the output
   * @return a predictor, as thread safe as the model
   */
  static Predictor of(Model model, String output) {
    return of(model, output, 0);
  }

  /**
   * Predicts one value of a floating-point output with several values for each row, such as the
   * probability of one class.
   *
   * @param model the model; the caller closes it; see {@link #of(Model, String)}
   * @param output the name of the output
   * @param index position of the value within a row, from 0
   * @return a predictor, as thread safe as the model
   */
  static Predictor of(Model model, String output, int index) {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(output, "output");
    return rows -> {
      try (Prediction prediction = model.predict(rows)) {
        return every(prediction.doubles(output), rows.rows(), index);
      }
    };
  }

  private static double[] every(double[] values, int rows, int index) {
    int each = rows == 0 ? 1 : values.length / rows;
    Objects.checkIndex(index, each);
    double[] picked = new double[rows];
    for (int row = 0; row < rows; row++) {
      picked[row] = values[row * each + index];
    }
    return picked;
  }
}
