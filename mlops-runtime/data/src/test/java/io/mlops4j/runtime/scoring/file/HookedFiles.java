package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadProgress;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Files of which a test learns when they are used.
 *
 * @param opened runs after the input was opened
 * @param converting runs before the output is converted
 */
record HookedFiles(ModelRuntime runtime, Runnable opened, Runnable converting)
    implements ScoringSource {
  @Override
  public FeatureReader open(Path file, @Nullable Consumer<ReadProgress> progress) {
    FeatureReader reader = runtime.read(file);
    opened.run();
    return reader;
  }

  @Override
  public boolean isArrow(Path out) {
    return out.toString().endsWith(".arrow");
  }

  @Override
  public void checkColumns(Path out, Schema columns) {}

  @Override
  public void convert(Path arrow, Path out) {
    converting.run();
    try (FeatureReader rows = runtime.read(arrow);
        FeatureWriter writer = runtime.write(out)) {
      rows.forEach(writer::write);
      writer.commit();
    }
  }

  @Override
  public BufferAllocator allocator() {
    return runtime.allocator();
  }
}
