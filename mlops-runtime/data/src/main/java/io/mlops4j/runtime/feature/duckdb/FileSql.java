package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The queries that read files with options. All names and texts are quoted. */
final class FileSql {
  /**
   * The bytes of a block of a CSV file. Several are in memory, more of a longer file. DuckDB's
   * default is 32 MB; it is no faster.
   */
  private static final int BUFFER = 4 << 20;

  private FileSql() {}

  /**
   * Returns a table function for the files.
   *
   * @param dialect the form of CSV files; null for other formats
   * @param types the types of columns in DuckDB; of JSON files all columns, or none to recognise
   *     them by all rows
   * @param byAllRows whether types that are not given are recognised by all rows of CSV files
   */
  static String files(
      DataFormat format,
      List<Path> files,
      ReadOptions options,
      @Nullable CsvDialect dialect,
      Map<String, String> types,
      boolean byAllRows) {
    String list = Sql.exactly(files);
    String named = types.isEmpty() ? "" : map(types);
    String sample = byAllRows ? ", sample_size = -1" : "";
    return switch (format) {
      case CSV ->
          "read_csv("
              + list
              + skip(dialect)
              + ", buffer_size = "
              + BUFFER
              + csv(options, dialect)
              + sample
              + (types.isEmpty() ? "" : ", types = " + named)
              + ")";
      case JSON ->
          types.isEmpty() ? allRows(files, "") : "read_json(" + list + ", columns = " + named + ")";
      default -> "read_parquet(" + list + ")";
    };
  }

  /** Returns the table function that makes a column of each key of JSON files, however rare. */
  static String allKeys(List<Path> files) {
    return allRows(
        files, ", records = true, field_appearance_threshold = 0, map_inference_threshold = -1");
  }

  private static String allRows(List<Path> files, String more) {
    return "read_json("
        + Sql.exactly(files)
        + ", sample_size = -1, maximum_sample_files = "
        + files.size()
        + more
        + ")";
  }

  private static String csv(ReadOptions options, @Nullable CsvDialect dialect) {
    List<String> set = new ArrayList<>();
    if (dialect != null && dialect.delimiter() != null) {
      set.add("delim = " + Sql.text(dialect.delimiter()));
    }
    if (dialect != null && dialect.comments() != null) {
      set.add("comment = ''");
    }
    if (dialect != null && dialect.quoted()) {
      set.add("quote = '\"'"); // what escapes a quote is left to DuckDB: a quote or a backslash
    }
    options.header().ifPresent(is -> set.add("header = " + is));
    encoding(options).ifPresent(set::add);
    if (!options.nullTexts().isEmpty()) {
      set.add("nullstr = " + options.nullTexts().stream().map(Sql::text).toList());
    }
    return set.isEmpty() ? "" : ", " + String.join(", ", set);
  }

  /** Without it, DuckDB skips lines that do not fit to the ones after them. */
  private static String skip(@Nullable CsvDialect dialect) {
    Integer comments = dialect == null ? null : dialect.comments();
    return ", skip = " + (comments == null ? 0 : comments);
  }

  /** Returns a query for what DuckDB takes for the beginning of comments in a CSV file. */
  static String comment(Path file, ReadOptions options, CsvDialect dialect) {
    return "SELECT Comment FROM sniff_csv("
        + Sql.text(Sql.exactly(file))
        + skip(dialect)
        + csv(options, dialect)
        + ")";
  }

  private static Optional<String> encoding(ReadOptions options) {
    return options
        .encoding()
        .map(set -> set.name().equals("ISO-8859-1") ? "latin-1" : set.name().replace("LE", ""))
        .map(name -> "encoding = " + Sql.text(name));
  }

  /**
   * Returns a query that fails at the first line of a CSV file with another number of values.
   *
   * @param values the number of values of a line
   */
  static String sameValues(
      Path file, ReadOptions options, CsvDialect dialect, String delimiter, int values) {
    String columns =
        IntStream.range(0, values)
            .mapToObj(i -> "'c" + i + "': 'VARCHAR'")
            .collect(Collectors.joining(", ", "{", "}"));
    return "SELECT c0 FROM read_csv("
        + Sql.exactly(List.of(file))
        + ", auto_detect = false, quote = '\"', escape = '\"'"
        + skip(dialect)
        + ", delim = "
        + Sql.text(delimiter)
        + encoding(options).map(set -> ", " + set).orElse("")
        + ", columns = "
        + columns
        + ")";
  }

  /** Returns a query for the lines of a file. No file contains the separator. */
  static String lines(Path file, String encoding) {
    return "SELECT line FROM read_csv("
        + Sql.exactly(List.of(file))
        + ", auto_detect = false, header = false, quote = '', escape = '', strict_mode = false"
        + ", delim = "
        + Sql.text("\u001f")
        + ", encoding = "
        + Sql.text(encoding)
        + ", columns = {'line': 'VARCHAR'})";
  }

  /** Returns a query for the number of the first row of a JSON file that is no object. */
  static String noObject(Path file) {
    return "SELECT \"row\" || ':' || kind FROM (SELECT row_number() OVER () AS \"row\","
        + " json_type(json) AS kind FROM read_json_objects("
        + Sql.exactly(List.of(file))
        + ")) WHERE kind NOT IN ('OBJECT', 'NULL') LIMIT 1";
  }

  /** Returns a query that has a row if an object of JSON files has a key, in this case. */
  static String hasKey(List<Path> files, String key) {
    return "SELECT 'found' FROM read_json_objects("
        + Sql.exactly(files)
        + ") WHERE list_contains(json_keys(json), "
        + Sql.text(key)
        + ") LIMIT 1";
  }

  private static String map(Map<String, String> types) {
    List<String> entries = new ArrayList<>();
    types.forEach((name, type) -> entries.add(Sql.text(name) + ": " + Sql.text(type)));
    return "{" + String.join(", ", entries) + "}";
  }

  /**
   * Returns the query over a source.
   *
   * @param source a table function or a query in parentheses
   * @param columns all columns of the source; a list of 10 000 is faster than {@code * REPLACE}
   * @param conversions expressions of columns that are converted
   */
  static String select(
      String source,
      Collection<String> columns,
      ReadOptions options,
      Map<String, String> conversions) {
    String rows =
        conversions.isEmpty()
            ? source
            : "(SELECT "
                + String.join(", ", converted(columns, conversions))
                + " FROM "
                + source
                + ")";
    return "SELECT "
        + (options.columns().isEmpty() ? "*" : Sql.names(options.columns()))
        + " FROM "
        + rows
        + options.filter().map(filter -> " WHERE (" + filter + "\n)").orElse("");
  }

  /** Returns the expressions of columns, each under its name. */
  static List<String> converted(Collection<String> columns, Map<String, String> conversions) {
    List<String> expressions = new ArrayList<>();
    for (String column : columns) {
      String name = Sql.name(column);
      String value = conversions.get(column);
      expressions.add(value == null ? name : value + " AS " + name);
    }
    return expressions;
  }

  /** Returns DuckDB's name of a type. */
  static String name(ElementType type) {
    return switch (type) {
      case INT8 -> "TINYINT";
      case INT16 -> "SMALLINT";
      case INT32 -> "INTEGER";
      case INT64 -> "BIGINT";
      case UINT8 -> "UTINYINT";
      case UINT16 -> "USMALLINT";
      case UINT32 -> "UINTEGER";
      case UINT64 -> "UBIGINT";
      case FLOAT64 -> "DOUBLE";
      case BOOL -> "BOOLEAN";
      case STRING -> "VARCHAR";
      default -> "FLOAT";
    };
  }
}
