package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where each source of each input is in batches of one schema, found and checked once. Batches that
 * come from one reader or root share their schema.
 */
final class Layout {
  private final Schema schema;
  private final Cell[][] cells;

  /**
   * Where one source is.
   *
   * @param position the column's position
   * @param vector the type of its vector, which each batch must really have
   * @param type the type of its values, inside lists and dictionaries
   * @param listSize how many values a row has, or -1 without a list
   * @param dictionary the id of its dictionary, or -1
   */
  record Cell(int position, MinorType vector, ElementType type, int listSize, long dictionary) {
    static final long PLAIN = -1;

    boolean isList() {
      return listSize >= 0;
    }

    boolean isEncoded() {
      return dictionary != PLAIN;
    }
  }

  private Layout(Schema schema, Cell[][] cells) {
    this.schema = schema;
    this.cells = cells;
  }

  @SuppressWarnings("ReferenceEquality") // comparing by value would cost more than looking up
  boolean isOf(Schema other) {
    return schema == other;
  }

  Cell[] cells(int plan) {
    return cells[plan];
  }

  /**
   * Finds every column.
   *
   * @throws ModelInputException if one is missing, twice there or of a wrong type
   */
  static Layout of(Schema schema, List<InputPlan> plans) {
    Cell[][] cells = new Cell[plans.size()][];
    for (int i = 0; i < cells.length; i++) {
      InputPlan plan = plans.get(i);
      cells[i] =
          plan.sources().stream().map(source -> cell(schema, plan, source)).toArray(Cell[]::new);
    }
    return new Layout(schema, cells);
  }

  private static Cell cell(Schema schema, InputPlan plan, Source source) {
    int position = position(schema, plan, source);
    Field field = schema.getFields().get(position);
    Cell cell = cell(position, field);
    if (cell == null || !source.takes(cell.type()) || !shapeFits(plan, cell)) {
      throw new ModelInputException(
          source.column(), ArrowTypes.name(field), plan.row(source) + hint(plan, cell));
    }
    return cell;
  }

  private static String hint(InputPlan plan, @Nullable Cell cell) {
    if (cell == null || plan.isText() || cell.type() == ElementType.STRING) {
      return "";
    }
    return shapeFits(plan, cell) ? "; only widening without loss is done, cast it" : "";
  }

  private static boolean shapeFits(InputPlan plan, Cell cell) {
    return cell.isList() ? plan.takesLists() && plan.fits(cell.listSize()) : plan.takesScalars();
  }

  private static @Nullable Cell cell(int position, Field field) {
    if (field.getDictionary() != null) {
      // Codes of text; whether the dictionary holds text is seen when it is there.
      MinorType codes = Types.getMinorTypeForArrowType(field.getType());
      return new Cell(position, codes, ElementType.STRING, -1, field.getDictionary().getId());
    }
    boolean list = field.getType() instanceof ArrowType.FixedSizeList;
    Field values = list ? field.getChildren().get(0) : field;
    ElementType type = ArrowTypes.elementType(Types.getMinorTypeForArrowType(values.getType()));
    if (type == null || values.getDictionary() != null) {
      return null;
    }
    int size = list ? ((ArrowType.FixedSizeList) field.getType()).getListSize() : -1;
    return new Cell(
        position, Types.getMinorTypeForArrowType(field.getType()), type, size, Cell.PLAIN);
  }

  private static int position(Schema schema, InputPlan plan, Source source) {
    int found = -1;
    List<String> names = new ArrayList<>();
    for (int i = 0; i < schema.getFields().size(); i++) {
      String name = schema.getFields().get(i).getName();
      names.add(name);
      if (source.column().equals(name)) {
        if (found >= 0) {
          throw new ModelInputException(source.column(), "two such columns", "one");
        }
        found = i;
      }
    }
    if (found < 0) {
      throw new ModelInputException(
          source.column(), "no such column among " + names, "a column of " + plan.row(source));
    }
    return found;
  }
}
