package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.ExtensionFields;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.VariableShapeTensorType;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * The column of one source in batches of one schema.
 *
 * @param position the position of the column
 * @param form what a row holds
 * @param storage the type of the column's vector, for an extension type that of its storage; each
 *     batch is checked for it
 * @param leaf the type of the vector of its values
 * @param type the type of its values, inside lists and dictionaries
 * @param shape the shape of the value in every row; without meaning unless {@link #hasShape}
 * @param rank the number of dimensions of a row's value
 * @param dictionary the id of its dictionary, or -1
 * @param fill how the values fill the input
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cell(
    int position,
    Form form,
    MinorType storage,
    MinorType leaf,
    ElementType type,
    long[] shape,
    int rank,
    long dictionary,
    Fill fill) {
  enum Form {
    /** One value. */
    VALUE,
    /** The code of a value in a dictionary. */
    CODE,
    /** A list; all rows have the same length. */
    FIXED_LIST,
    /** A list. */
    LIST,
    /** A tensor; all rows have the same shape. */
    TENSOR,
    /** A tensor with a shape of its own. */
    VARIABLE_TENSOR
  }

  private static final long[] SCALAR = {};

  /**
   * Reads a field.
   *
   * @return null if models do not take such values
   * @throws ModelInputException if its extension type is damaged
   */
  static @Nullable Cell of(int position, Field declared) {
    Field field = recognised(declared);
    if (field.getDictionary() != null) {
      // The call checks whether the dictionary holds text.
      MinorType codes = ArrowTypes.storage(field);
      long id = field.getDictionary().getId();
      return new Cell(
          position, Form.CODE, codes, codes, ElementType.STRING, SCALAR, 0, id, Fill.STACKED);
    }
    if (field.getType() instanceof FixedShapeTensorType tensor) {
      long[] shape = tensor.shape();
      return of(position, Form.TENSOR, field, item(field), shape, shape.length);
    }
    if (field.getType() instanceof VariableShapeTensorType) {
      int rank = ((ArrowType.FixedSizeList) child(field, "shape").getType()).getListSize();
      return of(position, Form.VARIABLE_TENSOR, field, item(child(field, "data")), SCALAR, rank);
    }
    if (field.getType() instanceof ArrowType.FixedSizeList list) {
      return of(position, Form.FIXED_LIST, field, item(field), new long[] {list.getListSize()}, 1);
    }
    if (field.getType() instanceof ArrowType.List) {
      return of(position, Form.LIST, field, item(field), SCALAR, 1);
    }
    return of(position, Form.VALUE, field, field, SCALAR, 0);
  }

  private static Field recognised(Field declared) {
    try {
      return ExtensionFields.recognise(declared);
    } catch (IllegalArgumentException e) {
      throw new ModelInputException(
          declared.getName(),
          "a damaged extension type",
          "one as Arrow defines it (" + e.getMessage() + ")");
    }
  }

  private static @Nullable Cell of(
      int position, Form form, Field field, Field leaf, long[] shape, int rank) {
    ElementType type = ArrowTypes.elementType(leaf);
    if (type == null || leaf.getDictionary() != null) {
      return null;
    }
    MinorType storage = ArrowTypes.storage(field);
    MinorType values = ArrowTypes.storage(leaf);
    return new Cell(position, form, storage, values, type, shape, rank, -1, Fill.STACKED);
  }

  private static Field item(Field list) {
    return list.getChildren().get(0);
  }

  private static Field child(Field field, String name) {
    return field.getChildren().stream()
        .filter(child -> child.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  boolean isSingle() {
    return form == Form.VALUE || form == Form.CODE;
  }

  /** Whether every row has {@link #shape}. */
  boolean hasShape() {
    return form != Form.LIST && form != Form.VARIABLE_TENSOR;
  }

  /** Returns this column with its way to fill an input, or null if it cannot. */
  @Nullable Cell filling(InputPlan plan) {
    boolean tensor = form == Form.TENSOR || form == Form.VARIABLE_TENSOR;
    Fill possible = plan.fill(rank, tensor);
    if (possible == null
        || (hasShape()
            && plan.sources().size() == 1
            && !plan.fits(shape, possible == Fill.WHOLE))) {
      return null;
    }
    return new Cell(position, form, storage, leaf, type, shape, rank, dictionary, possible);
  }
}
