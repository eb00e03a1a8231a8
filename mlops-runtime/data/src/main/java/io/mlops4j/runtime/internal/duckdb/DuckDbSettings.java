package io.mlops4j.runtime.internal.duckdb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a database.
 *
 * @param threads the number of threads, or 0 for the processors
 * @param memoryBytes the most memory, or 0 for DuckDB's default
 * @param spill a folder for what does not fit into memory; null for none
 * @param files the only files that may be read or written; empty for all local files
 * @param progress whether queries count their progress
 */
public record DuckDbSettings(
    int threads, long memoryBytes, @Nullable Path spill, List<Path> files, boolean progress) {
  /** Returns settings for reading and writing only these files. */
  public static DuckDbSettings of(List<Path> files) {
    return new DuckDbSettings(0, 0, null, files, false);
  }

  List<String> statements() {
    List<String> statements = new ArrayList<>();
    statements.add("SET autoinstall_known_extensions = false");
    statements.add("SET autoload_known_extensions = false");
    statements.add("SET allow_community_extensions = false");
    statements.add("SET TimeZone = 'UTC'"); // so that results do not depend on the machine
    // With its default of 1000, an expression that deep overflows a stack of 1 MiB: the JVM dies.
    statements.add("SET max_expression_depth = 500");
    statements.add("SET threads = " + (threads > 0 ? threads : processors()));
    if (memoryBytes > 0) {
      statements.add("SET memory_limit = '" + memoryBytes + "B'");
    }
    statements.add("SET temp_directory = " + Sql.text(spill == null ? "" : spill.toString()));
    if (!files.isEmpty()) {
      statements.add("SET allowed_paths = " + Sql.allowed(files));
      statements.add("SET enable_external_access = false");
    }
    if (progress) {
      statements.add("SET enable_progress_bar_print = false");
      statements.add("SET enable_progress_bar = true");
      statements.add("SET progress_bar_time = 1");
    }
    statements.add("SET lock_configuration = true");
    return statements;
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }
}
