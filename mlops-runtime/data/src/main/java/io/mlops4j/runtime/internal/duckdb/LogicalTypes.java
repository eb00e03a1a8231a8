package io.mlops4j.runtime.internal.duckdb;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBPreparedStatement;

/** DuckDB's descriptions of types, made from their texts. */
final class LogicalTypes {
  private LogicalTypes() {}

  /** Returns a description of each type, which the caller destroys. */
  static List<ByteBuffer> of(DuckDb database, List<String> types) {
    String query =
        types.stream()
            .map(type -> "CAST(NULL AS " + type + ")")
            .collect(Collectors.joining(", ", "SELECT ", ""));
    try (DuckDBPreparedStatement statement = database.prepare(query);
        DuckDBChunkedResult result = statement.query()) {
      ByteBuffer chunk = Natives.fetch(Natives.result(result));
      if (chunk == null) {
        throw new IllegalStateException("DuckDB returned no row for " + query);
      }
      List<ByteBuffer> found = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        found.add(Natives.type(Natives.vector(chunk, i)));
      }
      Natives.destroy(chunk);
      return found;
    } catch (SQLException e) {
      throw DuckDb.failed(e);
    }
  }
}
