package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.ExtensionFields;
import io.mlops4j.feature.FixedShapeTensorType;
import io.mlops4j.feature.VariableShapeTensorType;
import io.mlops4j.model.ElementType;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** Where one source is, and what its rows hold. Immutable. */
final class Cell {
  /** What a row holds. */
  enum Form {
    /** One value. */
    VALUE,
    /** The code of a value in a dictionary. */
    CODE,
    /** A list, of one size in all rows. */
    FIXED_LIST,
    /** A list. */
    LIST,
    /** A tensor, of one shape in all rows. */
    TENSOR,
    /** A tensor of its own shape. */
    VARIABLE_TENSOR
  }

  private static final long[] SCALAR = {};

  private final int position;
  private final Form form;
  private final MinorType storage;
  private final MinorType leaf;
  private final ElementType type;
  private final long[] shape;
  private final int rank;
  private final long dictionary;
  private Fill fill = Fill.STACKED;

  private Cell(
      int position,
      Form form,
      Field field,
      Field leaf,
      ElementType type,
      long[] shape,
      int rank,
      long dictionary) {
    this.position = position;
    this.form = form;
    this.storage = ArrowTypes.storage(field);
    this.leaf = ArrowTypes.storage(leaf);
    this.type = type;
    this.shape = shape;
    this.rank = rank;
    this.dictionary = dictionary;
  }

  /**
   * Reads a field.
   *
   * @return null when no model takes such values
   * @throws ModelInputException if its extension type is damaged
   */
  static @Nullable Cell of(int position, Field declared) {
    Field field;
    try {
      field = ExtensionFields.recognise(declared);
    } catch (IllegalArgumentException e) {
      throw new ModelInputException(
          declared.getName(),
          "a damaged extension type",
          "one as Arrow defines it (" + e.getMessage() + ")");
    }
    if (field.getDictionary() != null) {
      // Codes of text; whether the dictionary holds text is seen when it is there.
      return new Cell(
          position,
          Form.CODE,
          field,
          field,
          ElementType.STRING,
          SCALAR,
          0,
          field.getDictionary().getId());
    }
    if (field.getType() instanceof FixedShapeTensorType tensor) {
      return of(position, Form.TENSOR, field, field.getChildren().get(0), tensor.shape(), -1);
    }
    if (field.getType() instanceof VariableShapeTensorType) {
      Field data = child(field, "data");
      int rank = ((ArrowType.FixedSizeList) child(field, "shape").getType()).getListSize();
      return of(position, Form.VARIABLE_TENSOR, field, data.getChildren().get(0), SCALAR, rank);
    }
    if (field.getType() instanceof ArrowType.FixedSizeList list) {
      long[] width = {list.getListSize()};
      return of(position, Form.FIXED_LIST, field, field.getChildren().get(0), width, 1);
    }
    if (field.getType() instanceof ArrowType.List) {
      return of(position, Form.LIST, field, field.getChildren().get(0), SCALAR, 1);
    }
    return of(position, Form.VALUE, field, field, SCALAR, 0);
  }

  private static @Nullable Cell of(
      int position, Form form, Field field, Field leaf, long[] shape, int rank) {
    ElementType type = ArrowTypes.elementType(leaf);
    return type == null || leaf.getDictionary() != null
        ? null
        : new Cell(position, form, field, leaf, type, shape, rank < 0 ? shape.length : rank, -1);
  }

  private static Field child(Field field, String name) {
    return field.getChildren().stream()
        .filter(child -> child.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** The column's position. */
  int position() {
    return position;
  }

  Form form() {
    return form;
  }

  /** Whether a row holds one value. */
  boolean isSingle() {
    return form == Form.VALUE || form == Form.CODE;
  }

  /** The type of its vector, which each batch must really have; of an extension its storage's. */
  MinorType storage() {
    return storage;
  }

  /** The type of the vector of its values. */
  MinorType leaf() {
    return leaf;
  }

  /** The type of its values, inside lists and dictionaries. */
  ElementType type() {
    return type;
  }

  /** How many dimensions a row's value has. */
  int rank() {
    return rank;
  }

  /** The shape of every row's value; without meaning where it varies. */
  long[] shape() {
    return shape;
  }

  /** Whether every row has {@link #shape}. */
  boolean hasShape() {
    return form != Form.LIST && form != Form.VARIABLE_TENSOR;
  }

  /** The id of its dictionary. */
  long dictionary() {
    return dictionary;
  }

  Fill fill() {
    return fill;
  }

  /** Decides how it fills an input; false when it cannot. */
  boolean settle(InputPlan plan) {
    boolean tensor = form == Form.TENSOR || form == Form.VARIABLE_TENSOR;
    Fill possible = plan.fill(rank, tensor);
    if (possible == null) {
      return false;
    }
    fill = possible;
    return !hasShape() || plan.sources().size() > 1 || plan.fits(shape, fill == Fill.WHOLE);
  }
}
