package io.mlops4j.runtime.serving.loading;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.BaseRepeatedValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/** Writes plain values to columns of the types that a model takes. */
public final class TypedColumns {
  private final Model model;
  private final BufferAllocator allocator;

  /**
   * Writes columns for one model.
   *
   * @param model its inputs decide the types; it is not closed here
   * @param allocator the memory of the columns; it is not closed here
   */
  public TypedColumns(Model model, BufferAllocator allocator) {
    this.model = model;
    this.allocator = allocator;
  }

  /**
   * Returns the number of values of each row.
   *
   * @param values a value or a list for each row
   * @return the length of the longest list; -1 if there is no list
   */
  public static int width(List<@Nullable Object> values) {
    return values.stream()
        .mapToInt(value -> value instanceof List<?> list ? list.size() : -1)
        .max()
        .orElse(-1);
  }

  /** The fewest values of a row of a feature: several if it fills an input alone. */
  double width(Feature feature) {
    return tensors(model).stream()
        .filter(tensor -> tensor.name().equals(feature.name()))
        .flatMap(tensor -> tensor.shape().stream().skip(1))
        .mapToDouble(dim -> dim.size().orElse(1))
        .reduce(1, (a, b) -> a * b);
  }

  /**
   * Writes a batch.
   *
   * @param columns the values of each column, row by row
   * @param rows the number of rows
   * @return an owned batch, which the caller closes
   * @throws ModelLoadException if a value does not fit its column
   */
  public FeatureBatch batch(Map<String, List<@Nullable Object>> columns, int rows) {
    List<FieldVector> vectors = new ArrayList<>();
    try {
      columns.forEach((column, values) -> vectors.add(fill(empty(column, values), values)));
      try (VectorSchemaRoot root = new VectorSchemaRoot(vectors)) {
        root.setRowCount(rows);
        return FeatureBatch.owning(root);
      }
    } catch (RuntimeException e) {
      vectors.forEach(FieldVector::close);
      throw e;
    }
  }

  Optional<ElementType> type(Feature feature) {
    return type(model, feature);
  }

  /**
   * Returns the type of the column that a feature is read from.
   *
   * @param model the model
   * @param feature one of its features
   * @return empty if the type is not known
   */
  public static Optional<ElementType> type(Model model, Feature feature) {
    return feature.type().or(() -> declared(model, feature.name())).or(() -> gathered(model));
  }

  private static Optional<ElementType> declared(Model model, String input) {
    return tensors(model).stream()
        .filter(tensor -> tensor.name().equals(input))
        .map(TensorSpec::type)
        .findFirst();
  }

  /**
   * Returns the type of the only input that no feature is named after. Several columns are gathered
   * into it.
   */
  private static Optional<ElementType> gathered(Model model) {
    List<String> names = model.features().features().stream().map(Feature::name).toList();
    List<TensorSpec> others =
        tensors(model).stream().filter(tensor -> !names.contains(tensor.name())).toList();
    return others.size() == 1 ? Optional.of(others.get(0).type()) : Optional.empty();
  }

  private static List<TensorSpec> tensors(Model model) {
    return model.signature().inputs().stream()
        .filter(TensorSpec.class::isInstance)
        .map(TensorSpec.class::cast)
        .toList();
  }

  private FieldVector empty(String column, List<@Nullable Object> values) {
    List<Feature> features =
        model.features().features().stream()
            .filter(feature -> feature.column().equals(column))
            .toList();
    ArrowType type =
        isOwn(features, flat(values))
            ? arrow(flat(values))
            : features.stream()
                .findFirst()
                .flatMap(this::type)
                .map(ArrowTypes::arrowType)
                .orElseGet(() -> arrow(flat(values)));
    int width = width(values);
    Field field =
        width < 0
            ? Field.nullable(column, type)
            : new Field(
                column,
                FieldType.nullable(new ArrowType.FixedSizeList(width)),
                List.of(Field.nullable(BaseRepeatedValueVector.DATA_VECTOR_NAME, type)));
    return field.createVector(allocator);
  }

  /** Whether numbers keep their type, because the model narrows and checks them in the call. */
  private boolean isOwn(List<Feature> features, List<@Nullable Object> values) {
    return !features.isEmpty()
        && values.stream().allMatch(value -> value == null || value instanceof Number)
        && features.stream().allMatch(this::narrows);
  }

  private boolean narrows(Feature feature) {
    return feature.narrowing() == Narrowing.CHECKED
        && feature.type().isEmpty()
        && type(feature)
            .filter(type -> type != ElementType.BOOL && type != ElementType.STRING)
            .isPresent();
  }

  private static List<@Nullable Object> flat(List<@Nullable Object> values) {
    List<@Nullable Object> flat = new ArrayList<>();
    for (Object value : values) {
      if (value instanceof List<?> list) {
        flat.addAll(list);
      } else {
        flat.add(value);
      }
    }
    return flat;
  }

  /** The type of a column that the model does not know, such as a key. */
  private static ArrowType arrow(List<@Nullable Object> values) {
    for (Object value : values) {
      if (value instanceof String) {
        return ArrowTypes.arrowType(ElementType.STRING);
      }
      if (value instanceof Boolean) {
        return ArrowTypes.arrowType(ElementType.BOOL);
      }
      if (value instanceof Float || value instanceof Double) {
        return ArrowTypes.arrowType(ElementType.FLOAT64);
      }
    }
    return ArrowTypes.arrowType(ElementType.INT64);
  }

  private static FieldVector fill(FieldVector vector, List<@Nullable Object> values) {
    try {
      vector.setInitialCapacity(values.size());
      vector.allocateNew();
      for (int row = 0; row < values.size(); row++) {
        Object value = values.get(row);
        if (value == null) {
          vector.setNull(row);
        } else if (vector instanceof FixedSizeListVector lists && value instanceof List<?> list) {
          lists.setNotNull(row);
          for (int i = 0; i < list.size(); i++) {
            setOrNull(lists.getDataVector(), row * list.size() + i, list.get(i));
          }
        } else {
          set(vector, row, value);
        }
      }
      vector.setValueCount(values.size());
      return vector;
    } catch (RuntimeException e) {
      vector.close();
      throw e;
    }
  }

  private static void setOrNull(FieldVector vector, int row, @Nullable Object value) {
    if (value == null) {
      vector.setNull(row);
    } else {
      set(vector, row, value);
    }
  }

  private static void set(FieldVector vector, int row, Object value) {
    if (vector instanceof Float2Vector halves && value instanceof Number number) {
      halves.setSafeWithPossibleTruncate(row, number.floatValue());
    } else if (vector instanceof FloatingPointVector floats
        && value instanceof Number number
        && (vector instanceof Float8Vector
            || Float.isInfinite(number.floatValue()) == Double.isInfinite(number.doubleValue()))) {
      floats.setSafeWithPossibleTruncate(row, number.doubleValue());
    } else if (vector instanceof BaseIntVector ints && value instanceof Number number) {
      ints.setWithPossibleTruncate(row, number.longValue());
      requireExact(ints, row, number);
    } else if (vector instanceof BitVector bits && value instanceof Boolean bool) {
      bits.setSafe(row, bool ? 1 : 0);
    } else if (vector instanceof VarCharVector texts && value instanceof String text) {
      texts.setSafe(row, new Text(text));
    } else {
      throw unfit(vector, row, value);
    }
  }

  private static void requireExact(BaseIntVector ints, int row, Number value) {
    if (value.doubleValue() != value.longValue() || ints.getValueAsLong(row) != value.longValue()) {
      throw unfit((FieldVector) ints, row, value);
    }
  }

  private static ModelLoadException unfit(FieldVector vector, int row, Object value) {
    return new ModelLoadException(
        "golden rows: column "
            + vector.getName()
            + ": found "
            + value
            + " in row "
            + row
            + ", expected a value of type "
            + vector.getField().getType(),
        null);
  }
}
