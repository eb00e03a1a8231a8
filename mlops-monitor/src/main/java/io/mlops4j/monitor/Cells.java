package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.jspecify.annotations.Nullable;

/** Reads keys and scores out of Arrow columns. */
final class Cells {
  private Cells() {}

  /**
   * The output that is a score: the named one, or the only one that holds floating-point numbers.
   */
  static FieldVector score(FeatureBatch outputs, @Nullable String name) {
    if (name != null) {
      return outputs.column(name);
    }
    FieldVector only = null;
    for (FieldVector vector : outputs.root().getFieldVectors()) {
      if (vector instanceof Float4Vector || vector instanceof Float8Vector) {
        if (only != null) {
          throw new IllegalArgumentException(
              "outputs: found \""
                  + only.getName()
                  + "\" and \""
                  + vector.getName()
                  + "\", expected one floating-point output; name it with score(...)");
        }
        only = vector;
      }
    }
    if (only == null) {
      throw new IllegalArgumentException(
          "outputs: found no floating-point one, expected a score; name it with score(...)");
    }
    return only;
  }

  /** A number, or 0 and 1 for false and true; NaN for null. */
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
    throw new IllegalArgumentException(
        vector.getName()
            + ": found a column of "
            + vector.getField().getType()
            + ", expected numbers");
  }

  /** A key as text; null for null. */
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
    throw new IllegalArgumentException(
        vector.getName()
            + ": found a column of "
            + vector.getField().getType()
            + ", expected text or whole numbers as a key");
  }
}
