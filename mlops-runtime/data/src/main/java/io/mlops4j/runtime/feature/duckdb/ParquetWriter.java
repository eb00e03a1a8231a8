package io.mlops4j.runtime.feature.duckdb;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.runtime.feature.engine.RowSink;
import io.mlops4j.runtime.internal.duckdb.ParquetSink;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.arrow.vector.types.pojo.Schema;

/** Writes a Parquet file through DuckDB. */
final class ParquetWriter implements RowSink {
  private final Path file;
  private final ParquetSink sink;

  ParquetWriter(Path file, Schema schema, WriteOptions options) {
    this.file = file;
    String codec =
        switch (options.compression().orElse(WriteOptions.Compression.ZSTD)) {
          case NONE -> "uncompressed";
          case LZ4 -> "lz4_raw";
          case ZSTD -> "zstd";
        };
    this.sink = new ParquetSink(file, schema.getFields(), codec);
  }

  @Override
  public void write(FeatureBatch batch) {
    sink.write(batch.retain());
  }

  @Override
  public void finish() throws IOException {
    sink.finish();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  @Override
  public void close() {
    sink.close();
  }
}
