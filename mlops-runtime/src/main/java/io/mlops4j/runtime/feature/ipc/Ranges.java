package io.mlops4j.runtime.feature.ipc;

import java.util.Objects;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/**
 * Checks that every value lies inside the memory of its vector, and every dictionary code inside
 * its dictionary. Arrow's own checks only compare offsets with their neighbours, so the first may
 * be negative. They do not check that a list has as many elements as its rows need, and they do not
 * check extension types.
 */
final class Ranges {
  private Ranges() {}

  /**
   * Checks a vector and its children.
   *
   * @throws RuntimeException if a value lies outside; the message names the vector
   */
  static void check(FieldVector vector) {
    if (vector instanceof ExtensionTypeVector<?> typed) {
      check((FieldVector) typed.getUnderlyingVector());
      return;
    }
    int rows = vector.getValueCount();
    if (vector instanceof ListVector list) { // or a map
      checkOffsets(vector, 4, list.getDataVector().getValueCount());
    } else if (vector instanceof LargeListVector list) {
      checkOffsets(vector, 8, list.getDataVector().getValueCount());
    } else if (vector instanceof BaseVariableWidthVector) {
      checkOffsets(vector, 4, vector.getDataBuffer().capacity());
    } else if (vector instanceof BaseLargeVariableWidthVector) {
      checkOffsets(vector, 8, vector.getDataBuffer().capacity());
    } else if (vector instanceof FixedSizeListVector list) {
      checkCount(list.getDataVector().getName(), list, (long) rows * list.getListSize());
    } else if (vector instanceof StructVector) {
      checkCount(vector.getName(), vector, rows);
    }
    vector.getChildrenFromFields().forEach(Ranges::check);
  }

  private static void checkCount(String name, FieldVector parent, long needed) {
    for (FieldVector child : parent.getChildrenFromFields()) {
      if (child.getValueCount() < needed) {
        throw new IllegalArgumentException(
            name + ": found " + child.getValueCount() + " values, expected " + needed);
      }
    }
  }

  private static void checkOffsets(FieldVector vector, int width, long end) {
    if (vector.getValueCount() == 0) {
      return; // then even the first offset may be missing
    }
    ArrowBuf offsets = vector.getOffsetBuffer();
    long last = 0;
    for (long i = 0; i <= vector.getValueCount(); i++) {
      long next = width == 8 ? offsets.getLong(8 * i) : offsets.getInt(4 * i);
      if (next < last || next > end) {
        throw new IllegalArgumentException(
            vector.getName()
                + ": found the offset "
                + next
                + ", expected one from "
                + last
                + " to "
                + end);
      }
      last = next;
    }
  }

  /**
   * Checks that every code refers to a value of its dictionary.
   *
   * @throws IllegalArgumentException if a code does not; the message names the column and the code
   */
  static void checkCodes(VectorSchemaRoot root, DictionaryProvider dictionaries) {
    root.getFieldVectors().forEach(vector -> checkCodes(vector, dictionaries));
  }

  private static void checkCodes(FieldVector vector, DictionaryProvider dictionaries) {
    DictionaryEncoding encoding = vector.getField().getDictionary();
    if (encoding != null) {
      int values =
          Objects.requireNonNull(dictionaries.lookup(encoding.getId())).getVector().getValueCount();
      checkCodes(vector, (BaseIntVector) vector, values);
    }
    vector.getChildrenFromFields().forEach(child -> checkCodes(child, dictionaries));
  }

  private static void checkCodes(FieldVector vector, BaseIntVector codes, int values) {
    for (int i = 0; i < vector.getValueCount(); i++) {
      if (!vector.isNull(i)) {
        long code = codes.getValueAsLong(i);
        if (code < 0 || code >= values) {
          throw new IllegalArgumentException(
              vector.getName()
                  + ": found code "
                  + code
                  + ", expected one of a dictionary of "
                  + values
                  + " values");
        }
      }
    }
  }
}
