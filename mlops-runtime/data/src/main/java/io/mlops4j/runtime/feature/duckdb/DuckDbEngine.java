package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.feature.engine.DataEngine;
import io.mlops4j.runtime.feature.engine.RowCondition;
import io.mlops4j.runtime.feature.engine.RowSink;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.RowFilter;
import io.mlops4j.runtime.internal.duckdb.Sql;
import io.mlops4j.runtime.scoring.BatchScoring;
import io.mlops4j.runtime.scoring.file.FileScoring;
import io.mlops4j.runtime.scoring.file.ScoredFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/** What {@code ModelRuntime} finds of this artifact. Stateless and thread safe. */
public final class DuckDbEngine implements DataEngine {
  @Override
  public FeatureReader open(
      DataFormat format,
      List<Path> files,
      ReadOptions options,
      Function<Schema, Map<String, ElementType>> misfits,
      BufferAllocator allocator) {
    return DuckDbFiles.open(format, files, options, misfits, allocator);
  }

  @Override
  public FeatureReader query(String sql, ReadOptions options, BufferAllocator allocator) {
    return DuckDbFiles.query(sql, options, allocator);
  }

  @Override
  public void checkCondition(String condition) {
    Sql.checkNoParameters("filter", condition);
  }

  @Override
  public RowCondition condition(String condition, Schema columns, BufferAllocator allocator) {
    return new RowFilter(condition, columns, allocator);
  }

  @Override
  public RowSink parquet(Path file, Schema columns, WriteOptions options) {
    return new ParquetWriter(file, columns, options);
  }

  @Override
  public BatchScoring scoring(Model model, int threads, BufferAllocator allocator) {
    return FileScoring.of(new ScoredFiles(model, allocator), model, threads);
  }
}
