/**
 * Reads CSV, Parquet and JSON files and SQL over them, writes Parquet, scores files, and makes
 * feature views and training sets.
 *
 * <p>{@code io.mlops4j.runtime.ModelRuntime} finds what reads, writes and scores. {@link
 * io.mlops4j.runtime.view} is the entry to feature views.
 */
@SuppressWarnings("requires-automatic") // DuckDB and FlatBuffers have stable automatic names
module io.mlops4j.data {
  requires transitive io.mlops4j.runtime;
  requires com.fasterxml.jackson.databind;
  requires com.github.benmanes.caffeine;
  requires duckdb.jdbc;
  requires flatbuffers.java;
  requires org.apache.arrow.compression; // found as a service
  requires org.apache.arrow.format;
  requires org.slf4j;

  exports io.mlops4j.runtime.view;

  provides io.mlops4j.runtime.feature.engine.DataEngine with
      io.mlops4j.runtime.feature.duckdb.DuckDbEngine;
}
