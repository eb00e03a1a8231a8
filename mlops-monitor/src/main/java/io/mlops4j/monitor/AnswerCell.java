package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/** One answer of a model. Immutable. */
sealed interface AnswerCell {
  /** Values that this cell holds, at least 1; a bound of its memory. */
  int size();

  /** No answer: null or NaN. */
  record Missing() implements AnswerCell {
    static final Missing INSTANCE = new Missing();

    @Override
    public int size() {
      return 1;
    }
  }

  /** A number, or the components of a vector. */
  final class Numbers implements AnswerCell {
    private final double[] values;

    Numbers(double... values) {
      this.values = values;
    }

    int length() {
      return values.length;
    }

    double value(int component) {
      return values[component];
    }

    @Override
    public int size() {
      return values.length + 1;
    }

    double norm() {
      double squares = 0;
      for (double value : values) {
        squares += value * value;
      }
      return values.length == 1 ? values[0] : Math.sqrt(squares);
    }
  }

  /** Everything else, compared by equality. */
  record Text(String value) implements AnswerCell {
    @Override
    public int size() {
      return 1 + value.length() / 4;
    }
  }

  /** Reads the answers to a row, by output. */
  static Map<String, AnswerCell> row(FeatureBatch outputs, int row) {
    Map<String, AnswerCell> cells = new LinkedHashMap<>();
    for (FieldVector column : outputs.root().getFieldVectors()) {
      cells.put(column.getName(), of(value(outputs, column, row)));
    }
    return cells;
  }

  private static @Nullable Object value(FeatureBatch outputs, FieldVector column, int row) {
    if (column.isNull(row)) {
      return null;
    }
    if (column.getField().getDictionary() != null && column instanceof BaseIntVector codes) {
      Dictionary names = outputs.dictionaries().lookup(column.getField().getDictionary().getId());
      long code = codes.getValueAsLong(row);
      return names == null || code < 0 || code >= names.getVector().getValueCount()
          ? null
          : names.getVector().getObject((int) code);
    }
    if (column instanceof BaseIntVector whole) {
      return whole.getValueAsLong(row);
    }
    return column instanceof Float2Vector half ? half.getValueAsFloat(row) : column.getObject(row);
  }

  private static AnswerCell of(@Nullable Object value) {
    if (value == null) {
      return Missing.INSTANCE;
    }
    if (value instanceof Number number) {
      double single = number.doubleValue();
      return Double.isNaN(single) ? Missing.INSTANCE : new Numbers(single);
    }
    if (value instanceof List<?> list && list.stream().allMatch(Number.class::isInstance)) {
      double[] values = list.stream().mapToDouble(one -> ((Number) one).doubleValue()).toArray();
      for (double one : values) {
        if (Double.isNaN(one)) {
          return Missing.INSTANCE;
        }
      }
      return new Numbers(values);
    }
    return new Text(value.toString());
  }
}
