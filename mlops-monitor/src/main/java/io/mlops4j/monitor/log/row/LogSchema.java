package io.mlops4j.monitor.log.row;

import io.mlops4j.feature.ExtensionFields;
import io.mlops4j.inference.InferenceEvent.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The columns of one file: first those of the log, then the columns of the calls.
 *
 * @param columns the columns of the calls, in the order of the file
 */
public record LogSchema(Header header, List<Column> columns) {
  public static final String ID = "log.id";
  public static final String AT = "log.at";
  public static final String TRACE = "log.trace";
  public static final String WITHHELD = "log.withheld";
  public static final String DIGEST = "log.digest";
  private static final String OUTPUT = "output.";
  private static final String ROLE = "mlops4j.role";
  private static final String NAME = "mlops4j.name";

  /** The role of a column in the call. */
  public enum Role {
    KEY,
    FEATURE,
    OUTPUT
  }

  /**
   * A column of a call.
   *
   * @param name its name in the call
   * @param field its field in the file; never dictionary-encoded
   * @param values the field of the vectors that are appended; Arrow appends equal fields only
   */
  public record Column(Role role, String name, Field field, Field values) {
    /** A column as the call has it, with its values' own type. */
    static Column of(Role role, String name, Field values) {
      Map<String, String> metadata = new HashMap<>(values.getMetadata());
      metadata.put(ROLE, role.name());
      metadata.put(NAME, name);
      FieldType type = new FieldType(true, values.getType(), null, metadata);
      Field field = new Field(inFile(role, name), type, values.getChildren());
      Field appended = new Field(field.getName(), values.getFieldType(), values.getChildren());
      return new Column(role, name, field, appended);
    }

    /** Outputs and features may have the same names. */
    private static String inFile(Role role, String name) {
      if (role == Role.OUTPUT) {
        return OUTPUT + name;
      }
      return name.startsWith("log.") || name.startsWith(OUTPUT) || name.startsWith("feature.")
          ? "feature." + name
          : name;
    }
  }

  public static String column(Phase phase) {
    return "log." + phase.name().toLowerCase(Locale.ROOT);
  }

  /** The schema of the file. */
  public Schema arrow() {
    return new Schema(fields(Column::field), header.toMetadata());
  }

  /** The schema of rows that are collected. */
  Schema appended() {
    return new Schema(fields(Column::values));
  }

  private List<Field> fields(Function<Column, Field> field) {
    List<Field> fields = new ArrayList<>();
    fields.add(Field.notNullable(ID, ArrowType.Utf8.INSTANCE));
    fields.add(Field.notNullable(AT, new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")));
    fields.add(Field.nullable(TRACE, ArrowType.Utf8.INSTANCE));
    fields.add(Field.notNullable(WITHHELD, ArrowType.Bool.INSTANCE));
    for (Phase phase : Phase.values()) {
      fields.add(Field.notNullable(column(phase), new ArrowType.Int(64, true)));
    }
    if (!header.digested().isEmpty()) {
      fields.add(Field.nullable(DIGEST, new ArrowType.FixedSizeBinary(RowDigest.BYTES)));
    }
    columns.forEach(column -> fields.add(field.apply(column)));
    return fields;
  }

  /**
   * Reads the schema of a file.
   *
   * @throws IllegalArgumentException if it is not that of a prediction log
   */
  public static LogSchema of(Schema schema) {
    List<Column> columns = new ArrayList<>();
    for (Field field : schema.getFields()) {
      String role = field.getMetadata().get(ROLE);
      if (role != null) {
        String name = Objects.requireNonNull(field.getMetadata().get(NAME), NAME);
        Field known = ExtensionFields.recognise(field);
        columns.add(new Column(Role.valueOf(role), name, known, known));
      }
    }
    return new LogSchema(Header.of(schema.getCustomMetadata()), columns);
  }

  public List<Column> columns(Role role) {
    return columns.stream().filter(column -> column.role() == role).toList();
  }
}
