package io.mlops4j.spark;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** The outputs of a model as columns of Spark. */
final class OutputColumns {
  private OutputColumns() {}

  /**
   * Returns a column for each output.
   *
   * @param chosen names of outputs; empty for all that have one row for each input row
   * @throws IllegalArgumentException if a chosen output is unknown or cannot be a column
   */
  static StructType of(ModelSignature signature, List<String> chosen) {
    List<StructField> fields = new ArrayList<>();
    List<String> known = signature.outputs().stream().map(ValueSpec::name).toList();
    for (String name : chosen.isEmpty() ? known : chosen) {
      int at = known.indexOf(name);
      if (at < 0) {
        throw new IllegalArgumentException(
            "outputs: found \"" + name + "\", expected one of " + known);
      }
      DataType type = type(signature.outputs().get(at));
      if (type != null) {
        fields.add(DataTypes.createStructField(name, type, true));
      } else if (!chosen.isEmpty()) {
        throw new IllegalArgumentException(
            "outputs: found \"%s\", which is %s, expected a tensor with one row for each input row, of a type that Spark has"
                .formatted(name, signature.outputs().get(at)));
      }
    }
    if (fields.isEmpty()) {
      throw new IllegalArgumentException(
          "model: found no output that can be a column, expected at least one of " + known);
    }
    return DataTypes.createStructType(fields);
  }

  /** Returns null if the output cannot be a column. */
  private static @Nullable DataType type(ValueSpec output) {
    if (!(output instanceof TensorSpec tensor) || tensor.anyRank() || tensor.shape().isEmpty()) {
      return null;
    }
    DataType scalar = scalar(tensor.type());
    boolean single = tensor.shape().stream().skip(1).allMatch(dim -> dim.size().orElse(0) == 1);
    return scalar == null || single ? scalar : DataTypes.createArrayType(scalar, false);
  }

  private static @Nullable DataType scalar(ElementType type) {
    return switch (type) {
      case FLOAT32 -> DataTypes.FloatType;
      case FLOAT64 -> DataTypes.DoubleType;
      case INT8 -> DataTypes.ByteType;
      case INT16 -> DataTypes.ShortType;
      case INT32 -> DataTypes.IntegerType;
      case INT64 -> DataTypes.LongType;
      case BOOL -> DataTypes.BooleanType;
      case STRING -> DataTypes.StringType;
      default -> null;
    };
  }

  /** Views the outputs; the result is valid as long as they are. */
  static ColumnarBatch view(FeatureBatch outputs, StructType columns) {
    ColumnVector[] views = new ColumnVector[columns.size()];
    for (int i = 0; i < views.length; i++) {
      StructField column = columns.apply(i);
      FieldVector vector = outputs.column(column.name());
      views[i] =
          column.dataType() instanceof ArrayType array
              ? new Lists(array, vector)
              : new ArrowColumnVector(vector);
    }
    return new ColumnarBatch(views, outputs.rows());
  }

  /** Lists of one length, which Spark's own view does not know. */
  private static final class Lists extends ColumnVector {
    private final ColumnVector values;
    private final int width;

    Lists(ArrayType type, FieldVector vector) {
      super(type);
      boolean lists = vector instanceof FixedSizeListVector;
      width = lists ? ((FixedSizeListVector) vector).getListSize() : 1;
      values =
          new ArrowColumnVector(lists ? ((FixedSizeListVector) vector).getDataVector() : vector);
    }

    @Override
    public ColumnarArray getArray(int row) {
      return new ColumnarArray(values, row * width, width);
    }

    @Override
    public boolean hasNull() {
      return false;
    }

    @Override
    public int numNulls() {
      return 0;
    }

    @Override
    public boolean isNullAt(int row) {
      return false;
    }

    @Override
    public ColumnVector getChild(int ordinal) {
      return values;
    }

    @Override
    public void close() {
      // The prediction owns the memory.
    }

    private static UnsupportedOperationException noScalar() {
      return new UnsupportedOperationException("a list is no scalar");
    }

    @Override
    public boolean getBoolean(int row) {
      throw noScalar();
    }

    @Override
    public byte getByte(int row) {
      throw noScalar();
    }

    @Override
    public short getShort(int row) {
      throw noScalar();
    }

    @Override
    public int getInt(int row) {
      throw noScalar();
    }

    @Override
    public long getLong(int row) {
      throw noScalar();
    }

    @Override
    public float getFloat(int row) {
      throw noScalar();
    }

    @Override
    public double getDouble(int row) {
      throw noScalar();
    }

    @Override
    public ColumnarMap getMap(int row) {
      throw noScalar();
    }

    @Override
    public Decimal getDecimal(int row, int precision, int scale) {
      throw noScalar();
    }

    @Override
    public UTF8String getUTF8String(int row) {
      throw noScalar();
    }

    @Override
    public byte[] getBinary(int row) {
      throw noScalar();
    }
  }
}
