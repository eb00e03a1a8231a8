package io.mlops4j.runtime.view;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.model.DatasetRef;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Where rows come from: a file, a query of DuckDB, or a reader. Immutable and thread safe.
 *
 * <p>Times without a zone are read as UTC.
 */
public final class FeatureSource {
  private final String text;
  private final @Nullable String sql;
  private final @Nullable Path file;
  private final Function<BufferAllocator, FeatureReader> open;

  private FeatureSource(
      String text,
      @Nullable String sql,
      @Nullable Path file,
      Function<BufferAllocator, FeatureReader> open) {
    this.text = text;
    this.sql = sql;
    this.file = file;
    this.open = open;
  }

  private static FeatureSource ofSql(String text, String sql, @Nullable Path file) {
    return new FeatureSource(
        text,
        sql,
        file,
        memory -> {
          throw new IllegalStateException("the source is read by SQL");
        });
  }

  /**
   * Returns the rows of a file. It is opened when the rows are read. A file that changes meanwhile
   * is refused.
   *
   * @param file a file whose name ends in {@code .parquet}, {@code .arrow}, {@code .feather},
   *     {@code .ipc}, {@code .csv}, {@code .tsv}, {@code .json}, {@code .jsonl} or {@code .ndjson};
   *     CSV and JSON files may be compressed, as in {@code .csv.gz} and {@code .csv.zst}
   * @return the source
   * @throws IllegalArgumentException if the name ends in another way, or contains a wildcard
   */
  public static FeatureSource file(Path file) {
    String name = file.toString();
    if (name.matches(".*[*?\\[].*")) {
      throw new IllegalArgumentException(
          "file: found a wildcard in "
              + name
              + ", expected one file; use FeatureSource.sql with"
              + " read_parquet('"
              + name
              + "') for several");
    }
    return switch (DataFormat.named(file)) {
      case PARQUET ->
          ofSql("file " + name, "SELECT * FROM read_parquet(" + Sql.text(name) + ")", file);
      case ARROW, CSV, JSON ->
          new FeatureSource("file " + name, null, file, memory -> DataFiles.open(file, memory));
      case UNKNOWN ->
          throw new IllegalArgumentException(
              "file: found "
                  + name
                  + ", expected a name that ends in .parquet, .arrow, .csv, .tsv, .json, .jsonl"
                  + " or .ndjson; write the rows as Parquet, or use FeatureSource.sql");
    };
  }

  /**
   * Returns the rows of a query. The query runs in this process with the rights of this process, so
   * it must be trusted. A file that it names in its text and that changes meanwhile is refused.
   *
   * @param query one SELECT in DuckDB's SQL, for example {@code SELECT * FROM
   *     read_parquet('flights-*.parquet')}
   * @return the source
   * @throws IllegalArgumentException if the query is blank
   */
  public static FeatureSource sql(String query) {
    String trimmed = Sql.query(query);
    return ofSql("sql " + trimmed, trimmed, null);
  }

  /**
   * Returns the rows of a reader, such as a query over JDBC. They are copied to a temporary file
   * when they are needed, because a job reads them more than once.
   *
   * @param name states what is read, and is part of a view's version: change it together with what
   *     the reader returns; not blank
   * @param open opens a reader at its first row; called once for each job, which closes the reader
   * @return the source
   * @throws IllegalArgumentException if the name is blank
   */
  public static FeatureSource rows(String name, Supplier<? extends FeatureReader> open) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: found a blank one, expected text");
    }
    Objects.requireNonNull(open, "open");
    return new FeatureSource(
        "rows " + name,
        null,
        null,
        memory -> Objects.requireNonNull(open.get(), "open: found null, expected a reader"));
  }

  /**
   * Describes the rows as a data set, for the lineage on a model's card: {@code
   * ModelCard.builder(name).trainedOn(source.dataset("flights-2001-01"))}. Reads all rows once or
   * twice.
   *
   * <p>The digest of a file is the SHA-256 of its bytes. The digest of a query or a reader is that
   * of its rows as a Parquet file, and the data set has the query. So it changes with the rows,
   * their order, and the version of DuckDB: end a query with an {@code ORDER BY} that leaves no
   * ties.
   *
   * @param name the data set's name, for people; not blank
   * @return the digest, the number of rows, and the query if there is one
   * @throws io.mlops4j.error.DataException if rows cannot be read, or a file changes meanwhile
   * @throws IllegalArgumentException if the name is blank
   */
  public DatasetRef dataset(String name) {
    return SourceDataset.of(this, Objects.requireNonNull(name, "name"), null);
  }

  /**
   * Describes the rows as {@link #dataset(String)} does, and the period to which they belong: from
   * the earliest time to the latest one and a microsecond. Rows without a time count as rows only;
   * if no row has a time, there is no period.
   *
   * @param name the data set's name, for people; not blank
   * @param time a column of dates or timestamps; those without a zone are UTC
   * @return the digest, the number of rows, the period, and the query if there is one
   * @throws io.mlops4j.error.DataException if rows cannot be read, a file changes meanwhile, or
   *     there is no such column of times
   * @throws IllegalArgumentException if the name is blank
   */
  public DatasetRef dataset(String name, String time) {
    return SourceDataset.of(
        this, Objects.requireNonNull(name, "name"), Objects.requireNonNull(time, "time"));
  }

  /** Returns the source without columns that a reader need not read for a query of one column. */
  FeatureSource only(String column) {
    Path arrow = file;
    if (sql != null || arrow == null || isText()) {
      return this;
    }
    ReadOptions options = ReadOptions.builder().columns(column).build();
    return new FeatureSource(
        text, null, arrow, memory -> DataFiles.open(List.of(arrow), options, memory));
  }

  /** Returns whether the rows are those of a CSV or JSON file. */
  boolean isText() {
    return file != null && DataFormat.named(file).isText();
  }

  /** Returns the query of the rows; null for a text file, and if {@link #open} must read them. */
  @Nullable String sql() {
    return sql;
  }

  /** Opens a reader, which the caller closes. */
  FeatureReader open(BufferAllocator memory) {
    return open.apply(memory);
  }

  /** Returns the file, or null if the source is a query. */
  @Nullable Path path() {
    return file;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureSource that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }

  /**
   * Returns the source as text, which is part of a view's version.
   *
   * @return {@code file} and its path as given, {@code sql} and the query, or {@code rows} and the
   *     name
   */
  @Override
  public String toString() {
    return text;
  }
}
