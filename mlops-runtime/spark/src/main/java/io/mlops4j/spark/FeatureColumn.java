package io.mlops4j.spark;

import io.mlops4j.error.ModelInputException;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.jspecify.annotations.Nullable;

/** The values of a feature, copied from Spark to a vector for each batch. One thread. */
final class FeatureColumn {
  private final FieldVector vector;
  private final ValueCopy copy;
  private final @Nullable TextCodes codes;

  /**
   * Allocates nothing yet.
   *
   * @param number of the column, which names its dictionary
   * @param dictionaries where the dictionary of texts is put
   * @throws ModelInputException if values of the type cannot be read
   */
  FeatureColumn(
      String name,
      DataType type,
      int number,
      BufferAllocator allocator,
      DictionaryProvider.MapDictionaryProvider dictionaries) {
    vector = field(name, type).createVector(allocator);
    copy = copyInto(vector);
    codes =
        type instanceof StringType ? new TextCodes(name, number, allocator, dictionaries) : null;
  }

  /** Copies one value, which is not null. */
  private interface ValueCopy {
    void copy(SpecializedGetters from, int ordinal, int row);
  }

  /** Reads a column of Spark. The result is valid until the next call. */
  FieldVector read(ColumnVector from, int rows) {
    if (codes != null && codes.read(from, rows)) {
      return codes.vector();
    }
    if (from.hasNull() || !NumberCopy.copy(from, rows, vector)) {
      ColumnarArray values = new ColumnarArray(from, 0, rows);
      vector.reset();
      for (int row = 0; row < rows; row++) {
        write(values, row, row);
      }
      vector.setValueCount(rows);
    }
    return vector;
  }

  /** Reads a column of rows. The result is valid until the next call. */
  FieldVector read(InternalRow[] from, int ordinal, int rows) {
    vector.reset();
    for (int row = 0; row < rows; row++) {
      write(from[row], ordinal, row);
    }
    vector.setValueCount(rows);
    return vector;
  }

  private void write(SpecializedGetters from, int ordinal, int row) {
    if (from.isNullAt(ordinal)) {
      vector.setNull(row);
    } else {
      copy.copy(from, ordinal, row);
    }
  }

  void close() {
    vector.close();
    if (codes != null) {
      codes.close();
    }
  }

  static Field field(String name, DataType type) {
    if (type instanceof ArrayType array) {
      return new Field(
          name,
          FieldType.nullable(new ArrowType.List()),
          List.of(Field.nullable(ListVector.DATA_VECTOR_NAME, scalar(name, array.elementType()))));
    }
    return Field.nullable(name, scalar(name, type));
  }

  private static ArrowType scalar(String name, DataType type) {
    if (type instanceof FloatType) {
      return new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    } else if (type instanceof DoubleType) {
      return new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
    } else if (type instanceof LongType) {
      return new ArrowType.Int(64, true);
    } else if (type instanceof IntegerType) {
      return new ArrowType.Int(32, true);
    } else if (type instanceof ShortType) {
      return new ArrowType.Int(16, true);
    } else if (type instanceof ByteType) {
      return new ArrowType.Int(8, true);
    } else if (type instanceof BooleanType) {
      return new ArrowType.Bool();
    } else if (type instanceof StringType) {
      return new ArrowType.Utf8();
    }
    throw new ModelInputException(
        name,
        "the type " + type.simpleString(),
        "a number, a boolean, a string or an array of them; cast it in the query");
  }

  private static ValueCopy copyInto(FieldVector vector) {
    if (vector instanceof Float4Vector floats) {
      return (from, at, row) -> floats.setSafe(row, from.getFloat(at));
    } else if (vector instanceof Float8Vector doubles) {
      return (from, at, row) -> doubles.setSafe(row, from.getDouble(at));
    } else if (vector instanceof BigIntVector longs) {
      return (from, at, row) -> longs.setSafe(row, from.getLong(at));
    } else if (vector instanceof IntVector ints) {
      return (from, at, row) -> ints.setSafe(row, from.getInt(at));
    } else if (vector instanceof SmallIntVector shorts) {
      return (from, at, row) -> shorts.setSafe(row, from.getShort(at));
    } else if (vector instanceof TinyIntVector bytes) {
      return (from, at, row) -> bytes.setSafe(row, from.getByte(at));
    } else if (vector instanceof BitVector bits) {
      return (from, at, row) -> bits.setSafe(row, from.getBoolean(at) ? 1 : 0);
    } else if (vector instanceof VarCharVector texts) {
      return (from, at, row) -> texts.setSafe(row, from.getUTF8String(at).getBytes());
    } else if (vector instanceof ListVector lists) {
      ValueCopy element = copyInto(lists.getDataVector());
      return (from, at, row) -> copyList(lists, element, from.getArray(at), row);
    }
    throw new IllegalStateException("no column of Spark becomes a " + vector.getMinorType());
  }

  private static void copyList(ListVector lists, ValueCopy element, ArrayData values, int row) {
    int start = lists.startNewValue(row);
    int count = values.numElements();
    for (int i = 0; i < count; i++) {
      if (values.isNullAt(i)) {
        lists.getDataVector().setNull(start + i);
      } else {
        element.copy(values, i, start + i);
      }
    }
    lists.endValue(row, count);
  }
}
