package io.mlops4j.monitor.profile;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.internal.Suggestions;
import io.mlops4j.internal.ValueCopies;
import io.mlops4j.monitor.profile.internal.ColumnKind;
import io.mlops4j.monitor.profile.internal.TextCells;
import io.mlops4j.monitor.profile.internal.TimeResolution;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.jspecify.annotations.Nullable;

/** Reads values of single rows, and copies rows. */
final class RowValues {
  private RowValues() {}

  static List<String> names(String first, String... more) {
    List<String> names = new ArrayList<>();
    names.add(Objects.requireNonNull(first, "column"));
    for (String name : more) {
      names.add(Objects.requireNonNull(name, "more"));
    }
    return names;
  }

  private static FieldVector column(FeatureBatch batch, String name) {
    FieldVector column = batch.root().getVector(name);
    if (column == null) {
      throw new DataException(
          "the batch lacks %s: found %s, expected the column that slices are made by%s"
              .formatted(
                  name,
                  ColumnCounters.names(batch),
                  Suggestions.hint(name, ColumnCounters.names(batch))),
          null);
    }
    return column;
  }

  /** Returns the values of several columns as texts, joined. */
  static IntFunction<String> values(FeatureBatch batch, List<String> names) {
    List<IntFunction<String>> texts = new ArrayList<>();
    for (String name : names) {
      texts.add(texts(batch, column(batch, name)));
    }
    return row -> texts.stream().map(text -> text.apply(row)).collect(Collectors.joining(", "));
  }

  /** Returns the values of a column as texts, {@code null} for a missing one. */
  static IntFunction<String> texts(FeatureBatch batch, FieldVector column) {
    if (column.getField().getDictionary() != null) {
      FieldVector entries = TextCells.dictionary(column, batch.dictionaries());
      return row -> column.isNull(row) ? "null" : text(entries, code(column, row, entries));
    }
    ColumnKind kind = ColumnKind.of(column, batch.dictionaries());
    if (kind != ColumnKind.NUMBERS && kind != ColumnKind.TEXTS) {
      throw new DataException(
          "%s: found type %s, expected numbers, texts or booleans to make slices by"
              .formatted(column.getName(), column.getField().getType()),
          null);
    }
    return row -> column.isNull(row) ? "null" : text(column, row);
  }

  /** The objects of unsigned and half-precision columns are not the numbers that they hold. */
  private static String text(FieldVector column, int row) {
    if (ColumnKind.isBFloat16(column)) {
      return Float.toString(Float.intBitsToFloat(column.getDataBuffer().getShort(2L * row) << 16));
    }
    return switch (column.getMinorType()) {
      case UINT1, UINT2, UINT4 -> Long.toString(((BaseIntVector) column).getValueAsLong(row));
      case UINT8 -> Long.toUnsignedString(((UInt8Vector) column).get(row));
      case FLOAT2 -> Float.toString(((Float2Vector) column).getValueAsFloat(row));
      default -> String.valueOf(column.getObject(row));
    };
  }

  private static int code(FieldVector column, int row, FieldVector entries) {
    long code = ((BaseIntVector) column).getValueAsLong(row);
    if (code < 0 || code >= entries.getValueCount()) {
      throw new DataException(
          "%s: found code %d, expected 0 to %d as in its dictionary"
              .formatted(column.getName(), code, entries.getValueCount() - 1),
          null);
    }
    return (int) code;
  }

  /** Returns times in a zone; null for missing ones. A date has none, and is that day in each. */
  static IntFunction<@Nullable ZonedDateTime> times(FeatureBatch batch, String name, ZoneId zone) {
    FieldVector column = timeColumn(batch, name);
    TimeResolution unit = TimeResolution.of(column);
    boolean dates = column.getField().getType() instanceof ArrowType.Date;
    return row -> {
      if (column.isNull(row)) {
        return null;
      }
      long value = unit.read(column, row);
      try {
        Instant time = unit.instant(value);
        return dates ? time.atZone(ZoneOffset.UTC).withZoneSameLocal(zone) : time.atZone(zone);
      } catch (DateTimeException e) {
        throw beyond(name, value, row, e);
      }
    };
  }

  private static DataException beyond(String name, long value, int row, DateTimeException e) {
    return new DataException(
        "%s: found time %d in row %d, which lies beyond the calendar; look for another unit of time"
            .formatted(name, value, row),
        e);
  }

  private static FieldVector timeColumn(FeatureBatch batch, String name) {
    FieldVector column = column(batch, name);
    if (ColumnKind.of(column, batch.dictionaries()) != ColumnKind.TIMES) {
      throw new DataException(
          "%s: found type %s, expected timestamps or dates"
              .formatted(name, column.getField().getType()),
          null);
    }
    return column;
  }

  /** Returns days (UTC). Rows of one day mostly follow each other. */
  static IntFunction<String> days(FeatureBatch batch, String name, String missing) {
    FieldVector column = timeColumn(batch, name);
    TimeResolution unit = TimeResolution.of(column);
    return new IntFunction<>() {
      private long last;
      private String day = "";

      @Override
      public String apply(int row) {
        if (column.isNull(row)) {
          return missing;
        }
        long value = unit.read(column, row);
        long since = unit.day(value);
        if (day.isEmpty() || since != last) {
          try {
            day = LocalDate.ofEpochDay(since).toString();
          } catch (DateTimeException e) {
            throw beyond(name, value, row, e);
          }
          last = since;
        }
        return day;
      }
    };
  }

  /** Copies rows; the caller closes the root. */
  static VectorSchemaRoot pick(FeatureBatch batch, int[] rows) {
    List<FieldVector> picked = new ArrayList<>();
    try {
      for (FieldVector column : batch.root().getFieldVectors()) {
        FieldVector copy = column.getField().createVector(column.getAllocator());
        picked.add(copy);
        copy.setInitialCapacity(rows.length);
        for (int row = 0; row < rows.length; row++) {
          ValueCopies.copy(column, rows[row], copy, row);
        }
        copy.setValueCount(rows.length);
      }
    } catch (RuntimeException e) {
      picked.forEach(FieldVector::close);
      throw e;
    }
    VectorSchemaRoot root = new VectorSchemaRoot(picked);
    root.setRowCount(rows.length);
    return root;
  }
}
