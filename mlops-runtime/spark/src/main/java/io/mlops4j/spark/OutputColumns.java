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
import org.apache.spark.sql.execution.vectorized.OnHeapColumnVector;
import org.apache.spark.sql.execution.vectorized.WritableColumnVector;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
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

  /** Makes the columns that {@link #copy} fills. */
  static WritableColumnVector[] allocate(StructType columns) {
    return OnHeapColumnVector.allocateColumns(0, columns);
  }

  /** Copies the outputs, so that they outlive the prediction. */
  static void copy(FeatureBatch from, StructType columns, WritableColumnVector[] to) {
    for (int i = 0; i < to.length; i++) {
      FieldVector vector = from.column(columns.apply(i).name());
      WritableColumnVector column = to[i];
      column.reset();
      column.reserve(from.rows());
      if (columns.apply(i).dataType() instanceof ArrayType) {
        copyLists(vector, from.rows(), column);
      } else {
        copyScalars(vector, from.rows(), column);
      }
    }
  }

  /** All lists have one length. */
  private static void copyLists(FieldVector from, int rows, WritableColumnVector to) {
    boolean lists = from instanceof FixedSizeListVector;
    int width = lists ? ((FixedSizeListVector) from).getListSize() : 1;
    FieldVector values = lists ? ((FixedSizeListVector) from).getDataVector() : from;
    WritableColumnVector elements = to.arrayData();
    elements.reserve(rows * width);
    copyScalars(values, rows * width, elements);
    for (int row = 0; row < rows; row++) {
      to.putArray(row, row * width, width);
    }
  }

  private static void copyScalars(FieldVector from, int count, WritableColumnVector to) {
    if (from.getNullCount() > 0 || !NumberCopy.copy(from, count, to)) {
      ArrowColumnVector values = new ArrowColumnVector(from);
      for (int i = 0; i < count; i++) {
        if (values.isNullAt(i)) {
          to.putNull(i);
        } else if (to.dataType() instanceof StringType) {
          to.putByteArray(i, values.getUTF8String(i).getBytes());
        } else {
          to.putBoolean(i, values.getBoolean(i));
        }
      }
    }
  }
}
