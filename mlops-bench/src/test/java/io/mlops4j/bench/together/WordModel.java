package io.mlops4j.bench.together;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A real model that takes a text and gives a number, in a runtime of its own. */
final class WordModel implements AutoCloseable {
  record Row(String word) {}

  record Out(float y) {}

  private final BufferAllocator allocator = new RootAllocator();
  private final ModelRuntime runtime = ModelRuntime.builder().strict().open();
  private final Path file;

  WordModel(Path folder) {
    this.file = folder.resolve("words.onnx");
    try (InputStream in = getClass().getResourceAsStream("/io/mlops4j/bench/models/words.onnx")) {
      Files.copy(Objects.requireNonNull(in), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Model load(LoadOptions options) {
    return runtime.load(file, options);
  }

  Path file() {
    return file;
  }

  /** Follows the champion, when told to look. */
  Deployment deployment(ModelRegistry registry, InferenceListener listener) {
    return runtime
        .deployment("words@champion")
        .from(registry)
        .actor("test")
        .every(Duration.ofDays(1))
        .listener(listener)
        .start();
  }

  FeatureBatch batch(int rows) {
    return column("word", rows);
  }

  /** What the model refuses. */
  FeatureBatch otherColumn() {
    return column("texts", 3);
  }

  private FeatureBatch column(String name, int rows) {
    return FeatureBatch.builder(allocator)
        .strings(name, IntStream.range(0, rows).mapToObj(i -> "w" + i).toArray(String[]::new))
        .build();
  }

  @Override
  public void close() {
    runtime.close();
    allocator.close();
  }
}
