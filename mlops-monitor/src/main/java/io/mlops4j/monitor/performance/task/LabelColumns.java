package io.mlops4j.monitor.performance.task;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.LabelKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/** Reads keys, scores and labels from Arrow columns. */
public final class LabelColumns {
  private LabelColumns() {}

  /** Returns the named output, or the only output of floating-point numbers. */
  static FieldVector score(FeatureBatch outputs, @Nullable String name) {
    if (name != null) {
      return outputs.column(name); // names those that exist
    }
    List<FieldVector> found =
        outputs.root().getFieldVectors().stream()
            .filter(vector -> vector instanceof Float4Vector || vector instanceof Float8Vector)
            .toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "outputs: found the floating-point outputs %s, expected one to compare labels with; name the output in the PerformancePolicy"
              .formatted(found.stream().map(FieldVector::getName).toList()));
    }
    return found.get(0);
  }

  /** Reads many labels that are joined by key: numbers, booleans or names of classes. */
  public static List<Handed.Label> labels(
      FeatureBatch keysAndLabels, String keyColumn, PerformanceTask<?> task) {
    FieldVector keys = keysAndLabels.column(keyColumn);
    List<FieldVector> others =
        keysAndLabels.root().getFieldVectors().stream().filter(v -> v != keys).toList();
    if (others.size() != 1) {
      throw new IllegalArgumentException(
          "labels: found " + others.size() + " columns besides the key, expected one");
    }
    List<Handed.Label> labels = new ArrayList<>(keysAndLabels.rows());
    for (int row = 0; row < keysAndLabels.rows(); row++) {
      String key = key(keysAndLabels, keys, row);
      if (key == null) {
        throw new IllegalArgumentException(
            keyColumn + ": found a null in row " + row + ", expected a key");
      }
      labels.add(
          new Handed.Label(LabelKey.of(key), label(keysAndLabels, others.get(0), row, task)));
    }
    return labels;
  }

  private static double label(
      FeatureBatch batch, FieldVector vector, int row, PerformanceTask<?> task) {
    boolean text = vector instanceof VarCharVector || vector.getField().getDictionary() != null;
    String name = text ? key(batch, vector, row) : null;
    return name == null ? task.label(number(vector, row)) : task.label(name);
  }

  static boolean isList(FieldVector vector) {
    return vector instanceof ListVector || vector instanceof FixedSizeListVector;
  }

  /** Reads one number of each row: the cell, or one element of its list. */
  static void numbers(FieldVector vector, int length, int element, double[] into) {
    if (isList(vector)) {
      double[] all = new double[length * into.length];
      lists(vector, length, all);
      for (int row = 0; row < into.length; row++) {
        into[row] = all[row * length + element];
      }
      return;
    }
    for (int row = 0; row < into.length; row++) {
      into[row] = number(vector, row);
    }
  }

  /** Reads the lists of all rows; NaN for a null. */
  static void lists(FieldVector vector, int length, double[] into) {
    FieldVector data =
        vector instanceof ListVector list
            ? list.getDataVector()
            : ((FixedSizeListVector) vector).getDataVector();
    for (int row = 0; row < into.length / length; row++) {
      int from = start(vector, row);
      int found = vector.isNull(row) ? length : end(vector, row) - from;
      if (found != length) {
        throw new IllegalArgumentException(
            "%s: found a list of %d numbers in row %d, expected %d"
                .formatted(vector.getName(), found, row, length));
      }
      for (int i = 0; i < length; i++) {
        into[row * length + i] = vector.isNull(row) ? Double.NaN : number(data, from + i);
      }
    }
  }

  private static int start(FieldVector vector, int row) {
    return vector instanceof ListVector list
        ? list.getElementStartIndex(row)
        : ((FixedSizeListVector) vector).getElementStartIndex(row);
  }

  private static int end(FieldVector vector, int row) {
    return vector instanceof ListVector list
        ? list.getElementEndIndex(row)
        : ((FixedSizeListVector) vector).getElementEndIndex(row);
  }

  /** Returns a number, 0 for false and 1 for true, or NaN for null. */
  public static double number(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return Double.NaN;
    }
    if (vector instanceof Float4Vector floats) {
      return floats.get(row);
    }
    if (vector instanceof Float8Vector doubles) {
      return doubles.get(row);
    }
    if (vector instanceof BaseIntVector ints && vector.getField().getDictionary() == null) {
      return ints.getValueAsLong(row);
    }
    if (vector instanceof BitVector bits) {
      return bits.get(row);
    }
    throw unexpected(vector, "numbers");
  }

  /** Returns a key as text, or null for null. */
  public static @Nullable String key(FeatureBatch batch, FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    if (vector.getField().getDictionary() != null && vector instanceof BaseIntVector codes) {
      Dictionary dictionary =
          batch.dictionaries().lookup(vector.getField().getDictionary().getId());
      return key(batch, dictionary.getVector(), (int) codes.getValueAsLong(row));
    }
    if (vector instanceof VarCharVector text) {
      return new String(text.get(row), StandardCharsets.UTF_8);
    }
    if (vector instanceof UInt8Vector unsigned) {
      return Long.toUnsignedString(unsigned.get(row));
    }
    if (vector instanceof BaseIntVector ints) {
      return Long.toString(ints.getValueAsLong(row));
    }
    throw unexpected(vector, "text or whole numbers as a key");
  }

  private static IllegalArgumentException unexpected(FieldVector vector, String expected) {
    return new IllegalArgumentException(
        "%s: found a column of %s, expected %s"
            .formatted(vector.getName(), vector.getField().getType(), expected));
  }
}
