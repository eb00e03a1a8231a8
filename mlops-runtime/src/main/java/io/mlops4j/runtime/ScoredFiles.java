package io.mlops4j.runtime;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.feature.DataFiles;
import io.mlops4j.runtime.feature.arrow.ArrowFiles;
import io.mlops4j.runtime.scoring.file.ScoringSource;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** The files that {@link ModelRuntime#scoring} reads and writes. */
record ScoredFiles(ModelRuntime runtime, Model model) implements ScoringSource {
  @Override
  public FeatureReader open(Path file, @Nullable Consumer<ReadProgress> progress) {
    return DataFiles.openFor(
        file, model.features(), model.signature(), progress, runtime.allocator());
  }

  @Override
  public boolean isArrow(Path out) {
    return DataFiles.isArrow(out);
  }

  @Override
  public void checkColumns(Path out, Schema columns) {
    DataFiles.checkColumns(out, columns);
  }

  @Override
  public void convert(Path arrow, Path out) {
    try (FeatureReader rows = ArrowFiles.open(arrow, runtime.allocator());
        FeatureWriter writer = runtime.write(out)) {
      for (FeatureBatch batch : rows) {
        writer.write(batch);
      }
      writer.commit();
    }
  }

  @Override
  public BufferAllocator allocator() {
    return runtime.allocator();
  }
}
