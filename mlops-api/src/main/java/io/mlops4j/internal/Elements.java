package io.mlops4j.internal;

import java.util.Objects;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;

/** Copies ranges of elements out of vectors. */
public final class Elements {
  private Elements() {}

  /**
   * Requires a row that exists and is not null.
   *
   * @param tensors the rows
   * @param row the row, from 0
   */
  public static void checkRow(FieldVector tensors, int row) {
    Objects.checkIndex(row, tensors.getValueCount());
    if (tensors.isNull(row)) {
      throw new IllegalStateException(
          tensors.getName() + ": found a null in row " + row + ", expected a tensor");
    }
  }

  /**
   * Copies float32 elements.
   *
   * @param from the vector
   * @param first the first element, from 0
   * @param count the number of elements
   * @return the copy
   */
  public static float[] floats(FieldVector from, int first, int count) {
    if (!(from instanceof Float4Vector values)) {
      throw other(from, "float32", "floats");
    }
    float[] into = new float[count];
    for (int i = 0; i < count; i++) {
      into[i] = values.get(present(from, first + i));
    }
    return into;
  }

  /**
   * Copies floating-point elements, widened exactly.
   *
   * @param from the vector
   * @param first the first element, from 0
   * @param count the number of elements
   * @return the copy
   */
  public static double[] doubles(FieldVector from, int first, int count) {
    double[] into = new double[count];
    for (int i = 0; i < count; i++) {
      int at = present(from, first + i);
      into[i] =
          from instanceof Float8Vector values
              ? values.get(at)
              : from instanceof Float4Vector singles
                  ? singles.get(at)
                  : from instanceof Float2Vector halves
                      ? halves.getValueAsFloat(at)
                      : floating(from).getValueAsDouble(at);
    }
    floating(from);
    return into;
  }

  private static FloatingPointVector floating(FieldVector from) {
    if (from instanceof FloatingPointVector values) {
      return values;
    }
    throw other(from, "floating-point", "doubles");
  }

  /**
   * Copies whole numbers or booleans, widened exactly.
   *
   * @param from the vector
   * @param first the first element, from 0
   * @param count the number of elements
   * @return the copy
   */
  public static long[] longs(FieldVector from, int first, int count) {
    if (!(from instanceof BaseIntVector || from instanceof BitVector)) {
      throw other(from, "integer or boolean", "longs");
    }
    long[] into = new long[count];
    for (int i = 0; i < count; i++) {
      int at = present(from, first + i);
      into[i] =
          from instanceof BaseIntVector values
              ? values.getValueAsLong(at)
              : ((BitVector) from).get(at);
    }
    return into;
  }

  /**
   * Copies texts.
   *
   * @param from the vector
   * @param first the first element, from 0
   * @param count the number of elements
   * @return the copy
   */
  public static String[] strings(FieldVector from, int first, int count) {
    if (!(from instanceof VarCharVector || from instanceof LargeVarCharVector)) {
      throw other(from, "text", "strings");
    }
    String[] into = new String[count];
    for (int i = 0; i < count; i++) {
      @Nullable Object text = from.getObject(present(from, first + i));
      into[i] = String.valueOf(text);
    }
    return into;
  }

  private static int present(FieldVector from, int index) {
    if (from.isNull(index)) {
      throw new IllegalStateException(
          "element " + index + ": found a null, expected a value; read it through values()");
    }
    return index;
  }

  private static IllegalArgumentException other(FieldVector from, String wanted, String method) {
    return new IllegalArgumentException(
        "elements: found " + from.getField().getType() + ", expected " + wanted + " for " + method);
  }
}
