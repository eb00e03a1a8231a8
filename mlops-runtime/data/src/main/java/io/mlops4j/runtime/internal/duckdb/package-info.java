/**
 * DuckDB: reads CSV, Parquet and JSON files and SQL over them, and writes Parquet. The only package
 * that uses {@code org.duckdb}.
 */
@NullMarked
package io.mlops4j.runtime.internal.duckdb;

import org.jspecify.annotations.NullMarked;
