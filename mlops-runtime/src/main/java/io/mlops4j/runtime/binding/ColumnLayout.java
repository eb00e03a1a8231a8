package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.ExtensionFields;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.type.ArrowTypes;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The columns of each input in batches of one schema, found and checked once. Batches of one reader
 * or root share their schema.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ColumnLayout(Schema schema, Cell[][] cells) {
  @SuppressWarnings("ReferenceEquality") // comparing by value would cost more than a new layout
  boolean isOf(Schema other) {
    return schema == other;
  }

  Cell[] cells(int plan) {
    return cells[plan];
  }

  /**
   * Finds every column.
   *
   * @throws ModelInputException if a column is missing, exists twice or has a wrong type
   */
  static ColumnLayout of(Schema schema, List<InputPlan> plans) {
    Cell[][] cells = new Cell[plans.size()][];
    for (int i = 0; i < cells.length; i++) {
      InputPlan plan = plans.get(i);
      cells[i] =
          plan.sources().stream().map(source -> cell(schema, plan, source)).toArray(Cell[]::new);
    }
    return new ColumnLayout(schema, cells);
  }

  private static Cell cell(Schema schema, InputPlan plan, ColumnSource source) {
    int position = position(schema, plan, source);
    Field field = schema.getFields().get(position);
    Cell found = Cell.of(position, field);
    Cell cell = found == null ? null : found.filling(plan);
    if (cell == null || !source.takes(cell.type())) {
      throw new ModelInputException(
          source.column(),
          ArrowTypes.name(ExtensionFields.recognise(field)),
          plan.row(source) + hint(plan, source, found, cell != null));
    }
    return cell;
  }

  private static String hint(
      InputPlan plan, ColumnSource source, @Nullable Cell cell, boolean fits) {
    if (cell != null && !fits) {
      return plan.advice();
    }
    if (cell == null) {
      return "; cast the column where the batch is made";
    }
    if (plan.isText()) {
      return "; convert the column to text where the batch is made";
    }
    if (cell.type() == ElementType.STRING) {
      return "; texts are not parsed, so convert the column to numbers where the batch is made";
    }
    String permission = source.permission(cell.type());
    return (permission.isEmpty() ? "; only exact widening is supported" : permission)
        + ", cast the column where the batch is made, or export the model with an input of "
        + cell.type();
  }

  private static int position(Schema schema, InputPlan plan, ColumnSource source) {
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
          source.column(),
          "no such column among " + names,
          "a column of "
              + plan.row(source)
              + plan.advice()
              + Suggestions.hint(source.column(), names));
    }
    return found;
  }
}
