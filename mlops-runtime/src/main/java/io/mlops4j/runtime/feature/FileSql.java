package io.mlops4j.runtime.feature;

import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The query that reads files with options. All names and texts are quoted. */
final class FileSql {
  private FileSql() {}

  /** Returns the rows and columns of the files, without a projection or filter. */
  static String files(DataFormat format, List<Path> files, ReadOptions options) {
    String list = Sql.exactly(files);
    return switch (format) {
      case CSV -> "read_csv(" + list + csv(options) + ")";
      case JSON -> "read_json(" + list + ")";
      default -> "read_parquet(" + list + ")";
    };
  }

  private static String csv(ReadOptions options) {
    List<String> set = new ArrayList<>();
    options.delimiter().ifPresent(text -> set.add("delim = " + Sql.text(text)));
    options.header().ifPresent(is -> set.add("header = " + is));
    options.encoding().ifPresent(name -> set.add("encoding = " + Sql.text(encoding(name.name()))));
    if (!options.nullTexts().isEmpty()) {
      set.add("nullstr = " + options.nullTexts().stream().map(Sql::text).toList());
    }
    if (!options.types().isEmpty()) {
      set.add("types = " + types(options.types()));
    }
    return set.isEmpty() ? "" : ", " + String.join(", ", set);
  }

  private static String encoding(String charset) {
    return charset.equals("ISO-8859-1") ? "latin-1" : charset;
  }

  private static String types(Map<String, ElementType> types) {
    List<String> entries = new ArrayList<>();
    types.forEach((name, type) -> entries.add(Sql.text(name) + ": " + Sql.text(name(type))));
    return "{" + String.join(", ", entries) + "}";
  }

  /** Returns the query over a source, which is a table function or a query in parentheses. */
  static String select(String source, ReadOptions options, boolean cast) {
    return "SELECT "
        + (options.columns().isEmpty() ? all(options, cast) : chosen(options, cast))
        + " FROM "
        + source
        + options.filter().map(filter -> " WHERE (" + filter + "\n)").orElse("");
  }

  private static String all(ReadOptions options, boolean cast) {
    if (!cast || options.types().isEmpty()) {
      return "*";
    }
    List<String> casts = new ArrayList<>();
    options.types().forEach((name, type) -> casts.add(cast(name, type)));
    return "* REPLACE (" + String.join(", ", casts) + ")";
  }

  private static String chosen(ReadOptions options, boolean cast) {
    List<String> columns = new ArrayList<>();
    for (String name : options.columns()) {
      ElementType type = options.types().get(name);
      columns.add(cast && type != null ? cast(name, type) : Sql.name(name));
    }
    return String.join(", ", columns);
  }

  private static String cast(String name, ElementType type) {
    return "CAST(" + Sql.name(name) + " AS " + name(type) + ") AS " + Sql.name(name);
  }

  private static String name(ElementType type) {
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
