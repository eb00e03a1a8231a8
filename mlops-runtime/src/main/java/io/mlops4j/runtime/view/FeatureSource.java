package io.mlops4j.runtime.view;

import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where rows come from: a file, or a query of DuckDB. Immutable and thread safe.
 *
 * <p>Times without a zone are read as UTC.
 */
public final class FeatureSource {
  private final String text;
  private final String sql;
  private final @Nullable Path file;

  private FeatureSource(String text, String sql, @Nullable Path file) {
    this.text = text;
    this.sql = sql;
    this.file = file;
  }

  /**
   * Returns the rows of a file. It is opened when the rows are read. A file that changes meanwhile
   * is refused.
   *
   * @param file a file whose name ends in {@code .parquet}, {@code .csv}, {@code .json}, {@code
   *     .jsonl} or {@code .ndjson}; also {@code .csv.gz} and {@code .json.gz}
   * @return the source
   * @throws IllegalArgumentException if the name ends in another way, or contains a wildcard
   */
  public static FeatureSource file(Path file) {
    String name = file.toString();
    String lower = name.toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "");
    if (name.matches(".*[*?\\[].*")) {
      throw new IllegalArgumentException(
          "file: found a wildcard in "
              + name
              + ", expected one file; use FeatureSource.sql with"
              + " read_parquet('"
              + name
              + "') for several");
    }
    String quoted = Sql.text(name);
    String reader;
    if (lower.endsWith(".parquet")) {
      reader = "read_parquet(" + quoted + ")";
    } else if (lower.endsWith(".csv")) {
      reader = "read_csv(" + quoted + ")";
    } else if (lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
      reader = "read_json(" + quoted + ")";
    } else {
      throw new IllegalArgumentException(
          "file: found "
              + name
              + ", expected a name that ends in .parquet, .csv, .json, .jsonl or"
              + " .ndjson; write the rows as Parquet, or use FeatureSource.sql");
    }
    return new FeatureSource("file " + name, "SELECT * FROM " + reader, file);
  }

  /**
   * Returns the rows of a query. The query runs in this process with the rights of this process, so
   * it must be trusted.
   *
   * @param query one SELECT in DuckDB's SQL, for example {@code SELECT * FROM
   *     read_parquet('flights-*.parquet')}
   * @return the source
   * @throws IllegalArgumentException if the query is blank
   */
  public static FeatureSource sql(String query) {
    String trimmed = Sql.query("query", query);
    return new FeatureSource("sql " + trimmed, trimmed, null);
  }

  /** Returns the query of the rows. */
  String sql() {
    return sql;
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
   * @return {@code file} and its path as given, or {@code sql} and the query
   */
  @Override
  public String toString() {
    return text;
  }
}
