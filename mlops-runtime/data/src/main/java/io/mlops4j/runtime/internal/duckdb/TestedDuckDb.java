package io.mlops4j.runtime.internal.duckdb;

import io.mlops4j.error.DataException;
import java.sql.Connection;
import java.sql.SQLException;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * The version of DuckDB whose inner parts this package uses: {@link Natives} and {@link
 * ChunkFunctions}.
 *
 * <p>Names alone do not tell that the parts fit: DuckDB 1.5.6 has all of them, and no query works.
 */
final class TestedDuckDb {
  /** The version of {@code org.duckdb:duckdb_jdbc} that this library brings. */
  static final String VERSION = "2.0.0.1";

  /** What all versions that are taken begin with; their last numbers are those of corrections. */
  private static final String SERIES = "2.0.";

  private TestedDuckDb() {}

  /**
   * Checks the version, and that all inner parts are there.
   *
   * @throws DataException if it is another version
   * @throws LinkageError if a part is missing or has another form
   */
  static void check(Connection connection) throws SQLException {
    String found = connection.getMetaData().getDatabaseProductVersion(); // v2.0.0
    if (!found.startsWith("v" + SERIES)) {
      throw other("DuckDB " + found, null);
    }
    ChunkFunctions.load();
  }

  /** Returns the failure for another DuckDB, or none. */
  static DataException other(String found, @Nullable LinkageError cause) {
    return new DataException(
        "found %s (%s), expected %sx; use org.duckdb:duckdb_jdbc:%s, which mlops-data brings, and remove others"
            .formatted(found, place(), SERIES, VERSION),
        cause);
  }

  private static String place() {
    try {
      return String.valueOf(DuckDBDriver.class.getResource("DuckDBDriver.class"));
    } catch (LinkageError e) {
      return "not on the class path";
    }
  }
}
