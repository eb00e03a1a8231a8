package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.runtime.feature.engine.RowCondition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** A condition in SQL that DuckDB computes for rows of Arrow columns. For one thread at a time. */
public final class RowFilter implements RowCondition {
  private static final String ROW = "mlops4j_row";
  private static final int BATCH = 1 << 14;
  private static final Pattern UNKNOWN = Pattern.compile("Referenced column \"(.+?)\" not found");

  private final DuckDb database;
  private final RowSource source;
  private final String query;
  private final List<String> columns;
  private final BufferAllocator allocator;
  private @Nullable FeatureBatch next;

  /**
   * Checks a condition.
   *
   * @param condition SQL, never text from outside
   * @param schema the columns that it may use
   * @param allocator where a column of row numbers is allocated
   * @throws DataException if it is not valid for the columns, or DuckDB does not start
   */
  public RowFilter(String condition, Schema schema, BufferAllocator allocator) {
    this.allocator = allocator;
    columns = new ArrayList<>();
    query = "SELECT " + ROW + " FROM " + RowSource.NAME + "() WHERE (" + condition + "\n)";
    // The folder of no file: a condition needs none.
    Path none = Path.of("/nonexistent");
    database = DuckDb.open(new DuckDbSettings(1, 0, null, List.of(none), false));
    try {
      List<Field> fields = new ArrayList<>();
      List<String> types = new ArrayList<>();
      for (Field field : schema.getFields()) {
        if (isMentioned(field.getName(), condition)) {
          columns.add(field.getName());
          fields.add(field);
          types.add(type(field));
        }
      }
      fields.add(Field.notNullable(ROW, MinorType.BIGINT.getType()));
      types.add("BIGINT");
      source = new RowSource(database, this::take, fields, types);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    try {
      database.columns(query);
    } catch (RuntimeException e) {
      close();
      throw named(e, schema);
    }
  }

  /** DuckDB knows only the columns that the condition mentions, so it cannot suggest others. */
  private static RuntimeException named(RuntimeException e, Schema schema) {
    Matcher unknown = UNKNOWN.matcher(String.valueOf(e.getMessage()));
    if (!(e instanceof DataException) || !unknown.find()) {
      return e;
    }
    List<String> all = schema.getFields().stream().map(Field::getName).toList();
    return new DataException(
        "filter: found no column "
            + unknown.group(1)
            + " among "
            + all
            + Suggestions.hint(unknown.group(1), all),
        e);
  }

  private static String type(Field field) {
    try {
      return SinkType.of(field);
    } catch (IllegalArgumentException e) {
      throw new DataException(
          "filter: "
              + String.valueOf(e.getMessage()).replaceFirst("; write .*", "")
              + " in a condition",
          e);
    }
  }

  /** Whether a text may use a column; true is never wrong. */
  private static boolean isMentioned(String column, String condition) {
    String text = condition.toLowerCase(Locale.ROOT);
    return text.contains("columns(")
        || text.contains(column.toLowerCase(Locale.ROOT).replace("\"", "\"\""));
  }

  @Override
  public List<String> columns() {
    return columns;
  }

  private @Nullable FeatureBatch take() {
    FeatureBatch taken = next;
    next = null;
    return taken;
  }

  @Override
  public int[] rows(List<FieldVector> vectors, int rows) {
    List<FieldVector> all = new ArrayList<>(vectors);
    try (BigIntVector numbers = new BigIntVector(ROW, allocator)) {
      numbers.allocateNew(rows);
      for (int i = 0; i < rows; i++) {
        numbers.set(i, i);
      }
      numbers.setValueCount(rows);
      all.add(numbers);
      List<Field> fields = all.stream().map(FieldVector::getField).toList();
      next = FeatureBatch.of(new VectorSchemaRoot(fields, all, rows));
      return chosen(rows);
    } finally {
      source.free();
      next = null;
    }
  }

  private int[] chosen(int most) {
    int[] rows = new int[most];
    int count = 0;
    try (FeatureReader found = database.query(query, BATCH, allocator)) {
      for (FeatureBatch batch : found) {
        BigIntVector numbers = (BigIntVector) batch.root().getVector(0);
        for (int i = 0; i < batch.rows(); i++) {
          rows[count++] = (int) numbers.get(i);
        }
      }
    }
    return Arrays.copyOf(rows, count);
  }

  @Override
  public void close() {
    source.close();
    database.close();
  }
}
