/**
 * Reads CSV, JSON and Parquet files, and queries of files, through DuckDB: finds the form of text
 * and the types of its columns, and names the row that keeps a file from being read.
 */
@NullMarked
package io.mlops4j.runtime.feature.duckdb;

import org.jspecify.annotations.NullMarked;
