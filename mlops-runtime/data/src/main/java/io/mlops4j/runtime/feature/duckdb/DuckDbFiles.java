package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.binding.FeatureCheck;
import io.mlops4j.runtime.feature.reading.ColumnChecks;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.feature.reading.DataReader;
import io.mlops4j.runtime.feature.reading.FileStamps;
import io.mlops4j.runtime.feature.reading.ReadMeter;
import io.mlops4j.runtime.internal.duckdb.DuckDb;
import io.mlops4j.runtime.internal.duckdb.DuckDbSettings;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Reads files and queries through DuckDB. */
public final class DuckDbFiles {
  private static final Pattern LINE = Pattern.compile("in (?:line|record/value) (\\d{1,18}):");

  /** The first words of lines in DuckDB's messages that name settings of DuckDB. */
  private static final List<String> ADVICE =
      List.of(
          "Possible ",
          "Potential ",
          "Try increasing ",
          "Try setting ",
          "* ",
          "The search space ",
          "This type ");

  /** The first words of what is only for users of DuckDB, to the end of its messages. */
  private static final List<String> END =
      List.of("LINE ", "  file = ", "Please try installing", "Database is launched");

  /** The most characters of a line of a message; a list of columns is shorter. */
  private static final int LONGEST = 2000;

  private DuckDbFiles() {}

  /**
   * Opens files of one format as one data set, by the rules of {@code DataFiles.open}.
   *
   * @param format CSV, JSON or Parquet
   * @param files the files, in the order of their rows; only read
   * @param options columns, rows and form
   * @param misfits returns the types that columns of text are parsed as, because they do not fit
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if a file cannot be read
   */
  public static FeatureReader open(
      DataFormat format,
      List<Path> files,
      ReadOptions options,
      Function<Schema, Map<String, ElementType>> misfits,
      BufferAllocator allocator) {
    String names = files.stream().map(Path::toString).collect(Collectors.joining(", "));
    options.filter().ifPresent(filter -> Sql.checkNoParameters("filter", filter));
    DuckDb database;
    try {
      database = DuckDb.open(settings(options, files));
    } catch (DataException e) {
      throw named(names, e, null);
    }
    CsvDialect dialect;
    try {
      Encodings.check(format, files, options, database);
      dialect = format == DataFormat.CSV ? CsvDialect.of(files, options, database) : null;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
    FileStamps stamps;
    Map<String, String> found;
    ParsedTypes parsed;
    try {
      stamps = FileStamps.of(files);
      CsvDialect form = dialect;
      Function<Map<String, String>, String> parsing =
          types -> FileSql.files(format, files, options, form, types, false);
      found =
          format == DataFormat.JSON
              ? JsonTypes.of(files, options, database)
              : database.columns("SELECT * FROM " + parsing.apply(Map.of()));
      checkColumns(found, options);
      if (format == DataFormat.PARQUET) {
        SameTypes.check(files, found, options, database);
      }
      Map<String, ElementType> wanted = wanted(format, found, options, misfits);
      parsed =
          switch (format) {
            case CSV -> ParsedTypes.csv(database, parsing, found, wanted);
            case JSON -> ParsedTypes.json(found, wanted);
            default -> ParsedTypes.typed(found, wanted);
          };
    } catch (RuntimeException e) {
      database.close();
      throw named(names, broken(files, dialect, options, allocator, e), null);
    }
    String source = FileSql.files(format, files, options, dialect, parsed.types(), false);
    List<String> columns =
        options.columns().isEmpty() ? List.copyOf(found.keySet()) : options.columns();
    TextFiles text = new TextFiles(format, files, options, dialect);
    UnaryOperator<RuntimeException> failures =
        e -> named(names, e, place(e, text, columns, parsed));
    try {
      String sql = FileSql.select(source, found.keySet(), options, parsed.conversions());
      DuckDb.Rows rows = start(database, sql, options, allocator);
      OptionalLong total = total(format, files, options);
      ReadMeter meter = new ReadMeter(options, total, stamps.bytes(), rows::done);
      FeatureReader finite = rows;
      if (format.isText()) {
        List<Field> read = rows.schema().getFields();
        finite = new FiniteRows(rows, () -> Infinities.search(text, found.keySet(), parsed, read));
      }
      return new DataReader(finite, database::close, failures, stamps, meter);
    } catch (RuntimeException e) {
      database.close();
      throw failures.apply(e);
    }
  }

  /**
   * Returns a query for the rows of a CSV or JSON file, which is checked as {@link #open} does. The
   * types of its columns are recognised by all rows: by a sample, a later fraction in a column of
   * whole numbers would be rounded without an error.
   *
   * @param file a CSV or JSON file
   * @param database where the query is run
   * @param allocator where batches are allocated while a broken line is searched
   * @return one SELECT
   * @throws DataException if the file is missing or damaged
   */
  public static String textRows(Path file, DuckDb database, BufferAllocator allocator) {
    DataFormat format = DataFormat.named(file);
    List<Path> files = List.of(file);
    ReadOptions options = ReadOptions.defaults();
    Encodings.check(format, files, options, database);
    CsvDialect dialect = format == DataFormat.CSV ? CsvDialect.of(files, options, database) : null;
    String sql = "SELECT * FROM " + FileSql.files(format, files, options, dialect, Map.of(), true);
    try {
      Map<String, String> types =
          format == DataFormat.JSON
              ? JsonTypes.of(files, options, database)
              : database.columns(sql);
      Map<String, String> doubles = new LinkedHashMap<>();
      types.replaceAll(
          (name, type) -> {
            if (!type.equals("DOUBLE")) {
              return type;
            }
            doubles.put(name, Infinities.convert(name));
            return "VARCHAR";
          });
      return doubles.isEmpty() && format == DataFormat.CSV
          ? sql
          : FileSql.select(
              FileSql.files(format, files, options, dialect, types, true),
              types.keySet(),
              options,
              doubles);
    } catch (DataException e) {
      throw named(file.toString(), broken(files, dialect, options, allocator, e), null);
    }
  }

  /** Returns the line that keeps DuckDB from recognising columns, or the failure as it is. */
  private static RuntimeException broken(
      List<Path> files,
      @Nullable CsvDialect dialect,
      ReadOptions options,
      BufferAllocator allocator,
      RuntimeException e) {
    return dialect != null && String.valueOf(e.getMessage()).contains("Error when sniffing file")
        ? dialect.brokenLine(files, options, allocator, e)
        : e;
  }

  /** Returns where a failure lies that DuckDB reported. */
  private static @Nullable String place(
      RuntimeException e, TextFiles text, List<String> columns, ParsedTypes parsed) {
    if (e.getCause() == null || e.getCause() instanceof ModelInputException) {
      return null;
    }
    return text.format() == DataFormat.PARQUET
        ? DamagedPlace.rowGroup(text.files(), columns)
        : DamagedPlace.row(text, parsed);
  }

  /**
   * Starts a query over files.
   *
   * @param sql one SELECT statement
   * @param options columns, rows and limits
   * @param allocator where batches are allocated; it must outlive the reader and retained batches
   * @return a reader; the caller closes it
   * @throws DataException if the query fails or is no SELECT
   */
  public static FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator) {
    Sql.checkNoParameters("sql", sql);
    options.filter().ifPresent(filter -> Sql.checkNoParameters("filter", filter));
    DuckDb database = DuckDb.open(settings(options, List.of()));
    try {
      FileStamps stamps = FileStamps.of(database.files(sql));
      String source = "query(" + Sql.text(sql) + ")"; // accepts one SELECT and nothing else
      Map<String, String> found = database.columns("SELECT * FROM " + source);
      checkColumns(found, options);
      ParsedTypes parsed = ParsedTypes.typed(found, options.types());
      DuckDb.Rows rows =
          start(
              database,
              FileSql.select(source, found.keySet(), options, parsed.conversions()),
              options,
              allocator);
      return new DataReader(
          rows,
          database::close,
          e -> named("the query", e, null),
          stamps,
          new ReadMeter(options, OptionalLong.empty(), 0, () -> 0));
    } catch (RuntimeException e) {
      database.close();
      throw named("the query", e, null);
    }
  }

  /** Starts a query and checks its columns before the first row. */
  private static DuckDb.Rows start(
      DuckDb database, String sql, ReadOptions options, BufferAllocator allocator) {
    DuckDb.Rows rows = database.query(sql, options.batchRows(), allocator);
    try {
      ColumnChecks.checkFeatures(rows.schema(), options);
      return rows;
    } catch (RuntimeException e) {
      rows.close();
      throw e;
    }
  }

  /** Returns the types that were set and, for text, those that the features need. */
  private static Map<String, ElementType> wanted(
      DataFormat format,
      Map<String, String> found,
      ReadOptions options,
      Function<Schema, Map<String, ElementType>> misfits) {
    Map<String, ElementType> wanted = new HashMap<>();
    if (format.isText()) {
      List<Field> fields = new ArrayList<>();
      found.forEach((name, type) -> fields.add(DuckDb.field(name, type)));
      Schema columns = new Schema(fields);
      wanted.putAll(misfits.apply(columns));
      options
          .features()
          .map(features -> FeatureCheck.of(features, options.signature()).misfits(columns))
          .ifPresent(wanted::putAll);
    }
    wanted.putAll(options.types());
    return wanted;
  }

  private static OptionalLong total(DataFormat format, List<Path> files, ReadOptions options) {
    if (format != DataFormat.PARQUET
        || options.filter().isPresent()
        || options.progressListener().isEmpty()) {
      return OptionalLong.empty();
    }
    List<@Nullable Long> rows = DamagedPlace.rows(files);
    Long sum = rows.isEmpty() ? null : rows.get(0);
    return sum == null ? OptionalLong.empty() : OptionalLong.of(sum);
  }

  static DuckDbSettings settings(ReadOptions options, List<Path> files) {
    return new DuckDbSettings(
        options.threads().orElse(0),
        options.memoryBytes().orElse(0),
        options.spill().orElse(null),
        files,
        options.progressListener().isPresent());
  }

  private static void checkColumns(Map<String, String> found, ReadOptions options) {
    List<String> names = List.copyOf(found.keySet());
    ColumnChecks.checkNames(names, options.columns());
    ColumnChecks.checkNames(names, List.copyOf(options.types().keySet()));
  }

  /** Names the files in a failure, and leaves out what DuckDB advises its own users. */
  static RuntimeException named(String names, RuntimeException e, @Nullable String place) {
    if (!(e instanceof DataException)) {
      return e;
    }
    String message =
        String.valueOf(e.getMessage())
            .lines()
            .takeWhile(line -> END.stream().noneMatch(line::startsWith))
            .filter(line -> ADVICE.stream().noneMatch(line::startsWith))
            .map(DuckDbFiles::clipped)
            .collect(Collectors.joining("\n"))
            .strip();
    String at = place == null ? "" : " at " + place;
    return new DataException(names + ": cannot be read" + at + ": " + corrected(message), e);
  }

  /** A line of a file may have millions of characters. */
  private static String clipped(String line) {
    return line.length() <= LONGEST
        ? line
        : line.substring(0, LONGEST) + "... (" + line.length() + " characters)";
  }

  /**
   * Says what to do in the terms of this library. DuckDB counts the lines before malformed JSON
   * from 2.
   */
  private static String corrected(String message) {
    if (message.contains("Failed to cast value to numerical")
        || message.contains("Error when converting column")) {
      return message + "; set another type of this column with ReadOptions.type, such as STRING";
    }
    if (message.contains("state machine reached an invalid state")
        && !message.contains("on Line: ")) {
      return "found lines with different ends, or quotes within values, expected LF or CRLF in the"
          + " whole file, and values with quotes in quotes; write it again";
    }
    if (message.contains("Out of Memory Error")) {
      return message
          + "; allow more with ReadOptions.memoryBytes, or set a folder with ReadOptions.spill";
    }
    if (message.contains("in struct auto-detected in JSON")) {
      return message.replace(
          ", try ignore_errors=true", "; rename one of two keys that differ in case only");
    }
    return message.contains("Malformed JSON in file")
        ? LINE.matcher(message)
            .replaceFirst(found -> "in line " + (Long.parseLong(found.group(1)) - 1) + ":")
        : message;
  }
}
