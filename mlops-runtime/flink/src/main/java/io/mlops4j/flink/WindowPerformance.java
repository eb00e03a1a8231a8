package io.mlops4j.flink;

import io.mlops4j.monitor.performance.BinaryPerformance;
import io.mlops4j.monitor.performance.MultiClassPerformance;
import io.mlops4j.monitor.performance.RegressionPerformance;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * The labels of one window of answers of one version. The window is one of the event times of the
 * answers, whenever their labels arrived. The arrays are shared; do not write to them.
 *
 * @param version the version that answered, {@code name:number}
 * @param start the first event time of the window
 * @param end the end of the window, exclusive
 * @param classes the number of classes of the labels; 0 if labels are numbers
 * @param predicted the rows that the version answered, over all subtasks
 * @param labelled those with a label
 * @param unanswered those whose answer is NaN; they are in no figure
 * @param labels the labels of the rows that figures are computed from: rows with a label and an
 *     answer, at most as many as {@link LabelledStream#rows} allows
 * @param numbers the answers of these rows, row by row; one number for each row, or one for each
 *     class
 */
@SuppressWarnings("ArrayRecordComponent") // a text of the numbers would be longer
public record WindowPerformance(
    String version,
    Instant start,
    Instant end,
    int classes,
    long predicted,
    long labelled,
    long unanswered,
    double[] labels,
    double[] numbers) {

  static WindowPerformance of(String version, Instant start, Instant end, int classes, byte[] of) {
    LabelledRows rows = LabelledRows.fromBytes(of);
    double[] labels = new double[rows.size()];
    double[] numbers = new double[Math.multiplyExact(rows.size(), rows.width())];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = rows.label(row);
      for (int i = 0; i < rows.width(); i++) {
        numbers[row * rows.width() + i] = rows.number(row, i);
      }
    }
    return new WindowPerformance(
        version,
        start,
        end,
        classes,
        rows.predicted(),
        rows.labelled(),
        rows.unanswered(),
        labels,
        numbers);
  }

  static TypeInformation<WindowPerformance> type() {
    TypeInformation<?> doubles = PrimitiveArrayTypeInfo.DOUBLE_PRIMITIVE_ARRAY_TYPE_INFO;
    return RecordTypes.of(
        WindowPerformance.class,
        List.of(
            Types.STRING,
            Types.INSTANT,
            Types.INSTANT,
            Types.INT,
            Types.LONG,
            Types.LONG,
            Types.LONG,
            doubles,
            doubles));
  }

  /**
   * Returns the share of answers with a label.
   *
   * @return 0 to 1
   */
  public double share() {
    return predicted == 0 ? 0 : (double) labelled / predicted;
  }

  /**
   * Returns the figures of scores of an event.
   *
   * @return the figures of the labelled rows
   * @throws IllegalStateException if the window is not one of {@link LabelledStream#binary}
   */
  public BinaryPerformance binary() {
    if (classes != 2 || numbers.length != labels.length) {
      throw unexpected("binary");
    }
    return BinaryPerformance.of(labels, numbers);
  }

  /**
   * Returns the figures of predicted numbers.
   *
   * @return the figures of the labelled rows
   * @throws IllegalStateException if the window is not one of {@link LabelledStream#regression}
   */
  public RegressionPerformance regression() {
    if (classes != 0) {
      throw unexpected("regression");
    }
    return RegressionPerformance.of(labels, numbers);
  }

  /**
   * Returns the figures of probabilities of classes.
   *
   * @return the figures of the labelled rows
   * @throws IllegalStateException if the window is not one of {@link LabelledStream#multiClass}
   */
  public MultiClassPerformance multiClass() {
    if (classes < 2 || numbers.length != labels.length * classes) {
      throw unexpected("multiClass");
    }
    int[] actual = new int[labels.length];
    double[][] probabilities = new double[labels.length][classes];
    for (int row = 0; row < actual.length; row++) {
      actual[row] = (int) labels[row];
      System.arraycopy(numbers, row * classes, probabilities[row], 0, classes);
    }
    return MultiClassPerformance.of(classes, actual, probabilities);
  }

  private IllegalStateException unexpected(String method) {
    return new IllegalStateException(
        "%s(): found a window of another kind of model, expected one that LabelledStream.%s(...) made"
            .formatted(method, method));
  }

  /** Returns the window and its coverage in words. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s, %s to %s: %d of %d rows labelled (%.1f %%)",
        version,
        start,
        end,
        labelled,
        predicted,
        100 * share());
  }
}
