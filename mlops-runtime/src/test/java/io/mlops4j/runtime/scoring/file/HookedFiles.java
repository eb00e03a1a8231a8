package io.mlops4j.runtime.scoring.file;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Files of which a test learns when they are used.
 *
 * @param opened runs after the input was opened
 * @param converting runs before the output is converted
 */
record HookedFiles(ModelRuntime runtime, Runnable opened, Runnable converting)
    implements ScoringSource {
  @Override
  public FeatureReader open(Path file) {
    FeatureReader reader = runtime.read(file);
    opened.run();
    return reader;
  }

  @Override
  public OptionalLong rows(Path file) {
    return OptionalLong.empty();
  }

  @Override
  public FeatureBatch empty(Path file) {
    throw new AssertionError("the input has rows");
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
