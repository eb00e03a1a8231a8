package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.feature.WriteOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.binding.FeatureCheck;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.arrow.ArrowFiles;
import io.mlops4j.runtime.feature.reading.DataFormat;
import io.mlops4j.runtime.internal.duckdb.ParquetSink;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Files of all formats. Columns of text are parsed as the types that the model takes.
 *
 * @param model the model
 * @param allocator where columns are allocated
 */
public record ScoredFiles(Model model, BufferAllocator allocator) implements ScoringSource {
  @Override
  public FeatureReader open(Path file, @Nullable Consumer<ReadProgress> progress) {
    ReadOptions.Builder options = ReadOptions.builder();
    if (progress != null) {
      options.onProgress(progress);
    }
    FeatureCheck check = FeatureCheck.of(model.features(), Optional.of(model.signature()));
    return DataFiles.open(List.of(file), options.build(), check::misfits, allocator);
  }

  @Override
  public boolean isArrow(Path out) {
    return switch (DataFormat.named(out)) {
      case ARROW, UNKNOWN -> true;
      case PARQUET -> false;
      default ->
          throw new IllegalArgumentException(
              out + ": found text, expected a name that ends in .arrow or .parquet");
    };
  }

  @Override
  public void checkColumns(Path out, Schema columns) {
    if (DataFormat.named(out) == DataFormat.PARQUET) {
      try {
        ParquetSink.check(out, columns.getFields());
      } catch (IllegalArgumentException e) {
        throw new DataException(out + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public void convert(Path arrow, Path out) {
    try (FeatureReader rows = ArrowFiles.open(arrow, allocator);
        FeatureWriter writer = DataFiles.create(out, WriteOptions.defaults())) {
      for (FeatureBatch batch : rows) {
        writer.write(batch);
      }
      writer.commit();
    }
  }
}
