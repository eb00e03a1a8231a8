package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/** Reads keys, scores and labels from Arrow columns. */
final class LabelColumns {
  private LabelColumns() {}

  /** Returns the named output, or the only output of floating-point numbers. */
  static FieldVector score(FeatureBatch outputs, @Nullable String name) {
    if (name != null) {
      return outputs.column(name);
    }
    List<FieldVector> found =
        outputs.root().getFieldVectors().stream()
            .filter(vector -> vector instanceof Float4Vector || vector instanceof Float8Vector)
            .toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "outputs: found the floating-point outputs %s, expected one to compare labels with; name the score with score(...)"
              .formatted(found.stream().map(FieldVector::getName).toList()));
    }
    return found.get(0);
  }

  /** Reads many labels that are joined by key. */
  static List<HandOff.Label> labels(FeatureBatch keysAndLabels, String keyColumn) {
    FieldVector keys = keysAndLabels.column(keyColumn);
    List<FieldVector> others =
        keysAndLabels.root().getFieldVectors().stream().filter(v -> v != keys).toList();
    if (others.size() != 1) {
      throw new IllegalArgumentException(
          "labels: found " + others.size() + " columns besides the key, expected one");
    }
    List<HandOff.Label> labels = new ArrayList<>(keysAndLabels.rows());
    for (int row = 0; row < keysAndLabels.rows(); row++) {
      String key = key(keysAndLabels, keys, row);
      if (key == null) {
        throw new IllegalArgumentException(
            keyColumn + ": found a null in row " + row + ", expected a key");
      }
      labels.add(new HandOff.Label(key, number(others.get(0), row)));
    }
    return labels;
  }

  /** Returns a number, 0 for false and 1 for true, or NaN for null. */
  static double number(FieldVector vector, int row) {
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
  static @Nullable String key(FeatureBatch batch, FieldVector vector, int row) {
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
